import type { XmlElement } from "./scan.js";
import type { Declared, Model } from "./schema-model.js";

/** A document with only what a schema of ours knows, in its namespace. */
export interface Copy {
  xml: string;
  /** Whose open tag stands on each line of the copy: `elements[0]` is on line 1. */
  elements: XmlElement[];
}

const escapeText = (text: string) =>
  text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    // A line break written as a reference is still a line break, and leaves the lines of the copy alone.
    .replace(/[\r\n]/g, (character) => `&#${character.charCodeAt(0)};`);
const escapeAttribute = (text: string) => escapeText(text).replace(/"/g, "&quot;").replace(/\t/g, "&#9;");

/** Writes the copy that libxml2 judges where it would stumble over the document itself. */
export function copyOf(root: XmlElement, model: Model): Copy {
  const out: string[] = [];
  const elements: XmlElement[] = [];

  const attributesOf = (element: XmlElement, declared: Declared): string => {
    let text = "";
    for (const [name, value] of element.attributes) {
      if (declared.attributes.has(name)) text += ` ${name}="${escapeAttribute(value)}"`;
    }
    return text;
  };

  const write = (element: XmlElement, declared: Declared, namespace: string): void => {
    elements.push(element);
    out.push(`<${element.name}${namespace}${attributesOf(element, declared)}>`);
    if (declared.open) {
      // Whatever is in it is nobody's matter. The line break stands inside the tag, where it is no content.
      out.push(`</${element.name}\n>`);
      return;
    }
    if (declared.children.length === 0) {
      out.push(`${escapeText(element.text)}</${element.name}\n>`);
      return;
    }
    // Between the children of an element white space is no content either.
    out.push(`${escapeText(element.text.trim())}\n`);
    for (const child of element.children) {
      const place = declared.places.get(child.name);
      if (place !== undefined) write(child, declared.children[place] as Declared, "");
    }
    out.push(`</${element.name}>`);
  };

  const namespace = model.namespace === "" ? "" : ` xmlns="${escapeAttribute(model.namespace)}"`;
  write(root, model.roots.get(root.name) as Declared, namespace);
  return { xml: out.join(""), elements };
}
