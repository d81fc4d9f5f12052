import type { XmlDocument } from "libxml2-wasm" with { "resolution-mode": "import" };
import { ImportClientError, messageOf } from "../errors.js";
import { openXml, type XmlSource } from "./encoding.js";
import type { XmlElement } from "./scan.js";

export interface CanonicalOptions {
  /** Canonical XML 1.0 `#WithComments`. */
  withComments?: boolean;
}

const XML_DECLARATION = /^\ufeff?\s*<\?xml\s[^>]*\?>/;

async function canonical(text: string, options: CanonicalOptions): Promise<Buffer> {
  const libxml2 = await import("libxml2-wasm");
  let document: XmlDocument | undefined;
  try {
    document = libxml2.XmlDocument.fromString(text);
    const parts: Buffer[] = [];
    document.canonicalize(
      {
        // The memory behind `buffer` is libxml2's and is used again.
        write: (buffer) => parts.push(Buffer.from(buffer)) && buffer.length,
        close: () => true,
      },
      { mode: libxml2.XmlC14NMode.XML_C14N_1_0, withComments: options.withComments ?? false },
    );
    return Buffer.concat(parts);
  } catch (cause) {
    // Not well-formed, a prefix without its namespace, or a relative namespace, which has no canonical form.
    throw new ImportClientError(
      "SW-XSD",
      { zh: `XML 无法规范化：${messageOf(cause)}`, en: `the XML cannot be canonicalised: ${messageOf(cause)}` },
      {
        cause,
        advice: {
          zh: "请检查 XML 格式，以及每个前缀是否声明了命名空间。",
          en: "Check that the XML is well-formed and that every prefix has its namespace declared.",
        },
      },
    );
  } finally {
    document?.dispose();
  }
}

/** Canonical XML 1.0 of a whole document, UTF-8, whatever the document's own encoding. */
export function canonicalDocument(document: Buffer | XmlSource, options: CanonicalOptions = {}): Promise<Buffer> {
  const source = Buffer.isBuffer(document) ? openXml(document) : document;
  const text = source
    .textAt(0, source.view.length)
    .replace(XML_DECLARATION, "")
    .replace(/^\ufeff/, "");
  return canonical(text, options);
}

/**
 * Canonical XML 1.0 of an element in its context: namespaces and `xml:` attributes of its ancestors are part of it
 * (XML-C14N 2.4). `element` comes from `scanXml(source)`. The element is taken out with those attributes put on it and
 * canonicalised as a document of its own, which gives the same bytes as libxml2's own subtree call in a fifth of its time.
 */
export function canonicalElement(
  source: XmlSource,
  element: XmlElement,
  options: CanonicalOptions = {},
): Promise<Buffer> {
  const text = source.textAt(element.start / source.unit, element.end / source.unit);
  const nameEnd = 1 + element.qualifiedName.length;
  return canonical(text.slice(0, nameEnd) + inherited(element) + text.slice(nameEnd), options);
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
