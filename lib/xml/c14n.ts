import { type CanonicalPart, canonicalise } from "./canonical.js";
import { openXml, type XmlSource } from "./encoding.js";
import { IN_THREAD, loadLibXml } from "./libxml.js";
import { canonicalInThread } from "./run.js";
import type { XmlElement } from "./scan.js";

export interface CanonicalOptions {
  /** Canonical XML 1.0 `#WithComments`. */
  withComments?: boolean;
}

/** `size`: bytes of the part. */
async function canonical(source: XmlSource, size: number, part: CanonicalPart): Promise<Buffer> {
  if (size > IN_THREAD) return canonicalInThread(source.bytes, part);
  return canonicalise(await loadLibXml(), source, part);
}

/**
 * Canonical XML 1.0 of a whole document, UTF-8, whatever the document's own encoding; of a large one in a thread. Rejects with
 * SW-XSD for what has no canonical form.
 */
export async function canonicalDocument(
  document: Buffer | XmlSource,
  { withComments = false }: CanonicalOptions = {},
): Promise<Buffer> {
  const source = Buffer.isBuffer(document) ? openXml(document) : document;
  return canonical(source, source.bytes.length, { withComments });
}

/**
 * Canonical XML 1.0 of an element in its context: namespaces and `xml:` attributes of its ancestors are part of it
 * (XML-C14N 2.4). `element` comes from `scanXml(source)`. The element is taken out with those attributes put on it and
 * canonicalised as a document of its own, which gives the same bytes as libxml2's own subtree call in a fifth of its time.
 * Rejects as `canonicalDocument`.
 */
export function canonicalElement(
  source: XmlSource,
  element: XmlElement,
  { withComments = false }: CanonicalOptions = {},
): Promise<Buffer> {
  const { start, end, qualifiedName } = element;
  const place = { start, end, nameEnd: 1 + qualifiedName.length, inherited: inherited(element) };
  return canonical(source, end - start, { withComments, element: place });
}

function inherited(element: XmlElement): string {
  const own = element.attributes;
  const found = new Map<string, string>();
  for (let ancestor = element.parent; ancestor; ancestor = ancestor.parent) {
    for (const [name, value] of ancestor.attributes) {
      if (name !== "xmlns" && !name.startsWith("xmlns:") && !name.startsWith("xml:")) continue;
      if (!own.has(name) && !found.has(name)) found.set(name, value);
    }
  }
  let text = "";
  for (const [name, value] of found) {
    if (value !== "" || name.startsWith("xml:")) text += ` ${name}="${escaped(value)}"`;
  }
  return text;
}

function escaped(value: string): string {
  return value.replace(/[&<"\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
