import type { XmlElement } from "./scan.js";

/** An element as a plain value: its text, or its children by their names. */
export type XmlValue = string | { [name: string]: XmlValue | XmlValue[] };

/** Elements that become values at most; what is larger is for who reads the XML itself. */
const MOST = 50_000;

/**
 * A document as a plain object for function nodes: local names without prefixes, every value the text as it stands (leading
 * zeros, blanks, `12E5`), attributes as `@name`, their element's own text as `#text`. An element that repeats is an array.
 * Undefined for a document with more than 50,000 elements.
 */
export function objectOf(root: XmlElement): { [name: string]: XmlValue } | undefined {
  let left = MOST;
  const value = (element: XmlElement): XmlValue | undefined => {
    if (left-- <= 0) return undefined;
    const attributes = [...element.attributes].filter(([name]) => name !== "xmlns" && !name.startsWith("xmlns:"));
    if (attributes.length === 0 && element.children.length === 0) return element.text;
    // Names come from outside: one of them may be __proto__.
    const made = new Map<string, XmlValue | XmlValue[]>(attributes.map(([name, text]) => [`@${name}`, text]));
    if (element.children.length === 0 && element.text !== "") made.set("#text", element.text);
    for (const child of element.children) {
      const one = value(child);
      if (one === undefined) return undefined;
      const before = made.get(child.name);
      if (before === undefined) made.set(child.name, one);
      else if (Array.isArray(before)) before.push(one);
      else made.set(child.name, [before, one]);
    }
    return Object.fromEntries(made);
  };
  const made = value(root);
  return made === undefined ? undefined : Object.fromEntries([[root.name, made]]);
}
