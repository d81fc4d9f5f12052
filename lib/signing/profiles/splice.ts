import type { XmlSource } from "../../xml/encoding.js";
import type { XmlElement } from "../../xml/scan.js";

/** One change of a document: bytes from `start` up to `end` are replaced by `text`, which is ASCII. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

function encoded(source: XmlSource, text: string): Buffer {
  if (source.unit === 1) return Buffer.from(text, "latin1");
  const bytes = Buffer.from(text, "utf16le");
  return source.encoding === "utf-16be" ? bytes.swap16() : bytes;
}

/** Applies edits that do not overlap; every byte outside of them stays as it is. Edits at one place keep their order. */
export function splice(source: XmlSource, edits: readonly Edit[]): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  const inOrder = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  for (const { start, end, text } of inOrder) {
    if (start < at) throw new RangeError("edits overlap");
    parts.push(source.bytes.subarray(at, start), encoded(source, text));
    at = end;
  }
  parts.push(source.bytes.subarray(at));
  return Buffer.concat(parts);
}

/** Puts attributes into an element's open tag, behind its name. */
export function addAttributes(source: XmlSource, element: XmlElement, text: string): Edit {
  const at = element.start + (1 + element.qualifiedName.length) * source.unit;
  return { start: at, end: at, text };
}

/** Takes an element away, with the white space behind it. */
export function remove(source: XmlSource, element: XmlElement): Edit {
  let end = element.end / source.unit;
  while (/[ \t\r\n]/.test(source.view[end] ?? "")) end++;
  return { start: element.start, end: end * source.unit, text: "" };
}
