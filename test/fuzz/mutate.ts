import { scanXml, type XmlElement } from "../../lib/xml/scan.js";
import type { Random } from "../support/random.js";

/** Pieces of XML and ZIP that mean something to a parser. */
const PIECES = [
  "<",
  ">",
  "&",
  "&#0;",
  "&#x110000;",
  "<!DOCTYPE a [<!ENTITY x 'y'>]>",
  "<![CDATA[",
  "]]>",
  "<!--",
  "-->",
  "<?xml version='1.0' encoding='gb2312'?>",
  "\0",
  "\ufeff",
  "xmlns:p=''",
  "<a>".repeat(300),
  "甲",
  "x".repeat(5_000),
  "PK\u0003\u0004",
  "PK\u0005\u0006",
].map((piece) => Buffer.from(piece, "utf8"));

const NUMBERS = [0, 1, 2, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xfffffffe, 0xffffffff];

/** Bytes changed, cut, added, taken out, repeated: little of it stays well-formed. */
export function mutateBytes(input: Buffer, random: Random): Buffer {
  let bytes: Buffer = Buffer.from(input);
  for (let times = random.between(1, 4); times > 0; times--) {
    const at = random.between(0, bytes.length);
    const length = random.between(0, Math.min(64, bytes.length - at));
    switch (random.between(0, 5)) {
      case 0:
        if (at < bytes.length) bytes[at] = random.between(0, 255);
        break;
      case 1:
        bytes = bytes.subarray(0, at);
        break;
      case 2:
        bytes = spliced(bytes, at, at, random.pick(PIECES));
        break;
      case 3:
        bytes = spliced(bytes, at, at + length);
        break;
      case 4:
        bytes = spliced(bytes, at + length, at + length, bytes.subarray(at, at + length));
        break;
      default:
        if (at + 4 <= bytes.length) bytes.writeUInt32LE(random.pick(NUMBERS), at);
    }
  }
  return bytes;
}

function spliced(bytes: Buffer, from: number, to: number, ...between: Buffer[]): Buffer {
  return Buffer.concat([bytes.subarray(0, from), ...between, bytes.subarray(to)]);
}

const LOCAL_FIELDS = [4, 6, 8, 10, 12, 14, 18, 22, 26, 28];
const CENTRAL_FIELDS = [4, 6, 8, 10, 12, 14, 16, 20, 24, 28, 30, 32, 34, 36, 38, 42];
const END_FIELDS = [4, 6, 8, 10, 12, 16, 20];

/** A lie in one field of a header, in the directory or in the end record: what a ZIP reader has to see through. */
export function mutateZip(input: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(input);
  const headers: { at: number; fields: readonly number[] }[] = [];
  for (let at = bytes.indexOf("PK"); at !== -1; at = bytes.indexOf("PK", at + 2)) {
    const fields = { 3: LOCAL_FIELDS, 1: CENTRAL_FIELDS, 5: END_FIELDS }[bytes[at + 2] ?? 0];
    if (fields) headers.push({ at, fields });
  }
  for (let times = random.between(1, 2); times > 0 && headers.length > 0; times--) {
    const { at, fields } = random.pick(headers);
    const from = at + random.pick(fields);
    if (from + 4 > bytes.length) continue;
    const how = random.between(0, 3);
    if (how < 2) bytes.writeUInt16LE(random.pick(NUMBERS) & 0xffff, from);
    else if (how === 2) bytes.writeUInt32LE(random.pick(NUMBERS), from);
    else bytes[from] = (bytes[from] as number) ^ (1 << random.between(0, 7));
  }
  return bytes;
}

const VALUES = [
  "",
  " ",
  "0",
  "-1",
  "12E5",
  "20241301",
  "2024-02-30T25:61:61",
  "1".repeat(400),
  "甲".repeat(90),
  "&#x9;&#10;",
  "&lt;b&gt;&amp;amp;",
  "<![CDATA[a < b]]>",
  "<![CDATA[]]><!-- c --><?p i?>",
  "<x/>",
  "99999999999999999999",
  "../../a.pdf",
  "constructor",
  "\u{1f600}\u202e",
];

const ATTRIBUTES = [
  'a="1"',
  "Version='0'",
  'xmlns=""',
  'xmlns="urn:other"',
  'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"',
  'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="x"',
  'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:a file:///etc/passwd"',
  'xml:lang="&#xD;"',
];

/** Text as the document's own bytes; UTF-16 by its byte order, else UTF-8. */
function encoded(text: string, document: Buffer): Buffer {
  const big = document[0] === 0xfe || document[0] === 0;
  if (!big && document[0] !== 0xff && document[1] !== 0) return Buffer.from(text, "utf8");
  const bytes = Buffer.from(text, "utf16le");
  return big ? bytes.swap16() : bytes;
}

/**
 * Elements given another value, name or place, repeated, taken out, wrapped: it stays well-formed (mostly), so that
 * schemas, rules and receipt formats get to see it. `input` is well-formed.
 */
export function mutateTree(input: Buffer, random: Random): Buffer {
  let bytes = input;
  for (let times = random.between(1, 3); times > 0; times--) {
    let elements: XmlElement[];
    try {
      elements = [...scanXml(bytes).walk()];
    } catch {
      // An earlier change has put in what the scan does not take.
      return bytes;
    }
    bytes = mutateElement(bytes, elements, random);
  }
  return bytes;
}

function mutateElement(bytes: Buffer, elements: readonly XmlElement[], random: Random): Buffer {
  const element = random.pick(elements);
  const own = bytes.subarray(element.start, element.end);
  const text = (words: string) => encoded(words, bytes);
  const nameEnd = element.start + text(`<${element.qualifiedName}`).length;
  switch (random.between(0, 8)) {
    case 0: {
      const leaves = elements.filter(({ children, selfClosed }) => children.length === 0 && !selfClosed);
      if (leaves.length === 0) return bytes;
      const leaf = random.pick(leaves);
      return spliced(bytes, leaf.openEnd, leaf.close, text(random.pick(VALUES)));
    }
    case 1:
      return element.parent ? spliced(bytes, element.start, element.end) : bytes;
    case 2: {
      const copies = random.between(0, 20) === 0 && own.length < 400 ? 120 : random.between(1, 3);
      return spliced(bytes, element.end, element.end, ...Array.from({ length: copies }, () => own));
    }
    case 3: {
      const target = random.pick(elements);
      return spliced(bytes, target.start, target.start, own);
    }
    case 4: {
      const name = text(random.between(0, 3) === 0 ? element.name.toLowerCase() : random.pick(elements).qualifiedName);
      const unit = text("<").length;
      if (element.selfClosed) return spliced(bytes, element.start + unit, nameEnd, name);
      const closed = spliced(bytes, element.close + 2 * unit, element.end - unit, name);
      return spliced(closed, element.start + unit, nameEnd, name);
    }
    case 5:
      return spliced(bytes, element.start, element.end, text("<x>"), own, text("</x>"));
    case 6:
      return spliced(bytes, nameEnd, nameEnd, text(` ${random.pick(ATTRIBUTES)}`));
    case 7:
      return element.selfClosed ? bytes : spliced(bytes, element.openEnd, element.close);
    default:
      return spliced(bytes, element.openEnd, element.openEnd, text(random.pick(VALUES)));
  }
}
