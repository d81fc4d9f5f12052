import { escapeText } from "./escape.js";
import type { XmlElement } from "./scan.js";
import type { Declared, Model } from "./schema-model.js";

/** A part of a document with only what a schema of ours knows, in its namespace. */
export interface Copy {
  xml: string;
  /** Whose open tag stands on each line of the copy; none where it is there only to hold the others. Line 1 is first. */
  elements: (XmlElement | undefined)[];
}

/** Lines of a copy. libxml2 goes through all siblings to name the place of a finding: with many of both it takes minutes. */
const LINES = 1_000;

/** A line break written as a reference is still a line break, and leaves the lines of the copy alone. */
const onOneLine = (text: string) => escapeText(text).replace(/[\r\n]/g, (character) => `&#${character.charCodeAt(0)};`);
const escapeAttribute = (text: string) => onOneLine(text).replace(/"/g, "&quot;").replace(/\t/g, "&#9;");

interface Open {
  element: XmlElement;
  declared: Declared;
  /** The next child to be written. */
  next: number;
}

/**
 * Writes a document again for libxml2, without what it would stumble over, in parts of some 1,000 elements: a loosened
 * schema asks for nothing, so that each part is judged by itself.
 */
export function* copiesOf(root: XmlElement, model: Model): Generator<Copy> {
  const namespace = model.namespace === "" ? "" : ` xmlns="${escapeAttribute(model.namespace)}"`;
  let out: string[] = [];
  let elements: Copy["elements"] = [];
  const path: Open[] = [];

  const open = (element: XmlElement, declared: Declared): void => {
    const space = elements.length === 0 ? namespace : "";
    elements.push(element);
    out.push(`<${element.name}${space}${attributesOf(element, declared)}>`);
    if (declared.open || declared.children.length === 0) {
      // What is in an open one is nobody's matter. The line break stands inside the tag, where it is no content.
      out.push(`${declared.open ? "" : onOneLine(element.text)}</${element.name}\n>`);
      return;
    }
    // Between the children of an element white space is no content either.
    out.push(`${onOneLine(element.text.trim())}\n`);
    path.push({ element, declared, next: 0 });
  };
  const close = ({ element }: Open) => out.push(`</${element.name}>`);

  open(root, model.roots.get(root.name) as Declared);
  for (let last = path.at(-1); last; last = path.at(-1)) {
    const child = last.element.children[last.next++];
    if (!child) {
      close(last);
      path.pop();
      continue;
    }
    const place = last.declared.places.get(child.name);
    if (place === undefined) continue;
    if (elements.length >= LINES) {
      for (const one of path.toReversed()) close(one);
      yield { xml: out.join(""), elements };
      elements = path.map(() => undefined);
      out = path.map(({ element, declared }, depth) => {
        return `<${element.name}${depth === 0 ? namespace : ""}${attributesOf(element, declared)}>\n`;
      });
    }
    open(child, last.declared.children[place] as Declared);
  }
  yield { xml: out.join(""), elements };
}

function attributesOf(element: XmlElement, declared: Declared): string {
  let text = "";
  for (const [name, value] of element.attributes) {
    if (declared.attributes.has(name)) text += ` ${name}="${escapeAttribute(value)}"`;
  }
  return text;
}
