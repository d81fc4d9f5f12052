import type { XmlDocument } from "libxml2-wasm" with { "resolution-mode": "import" };
import { ImportClientError, messageOf } from "../errors.js";
import type { XmlSource } from "./encoding.js";
import type { LibXml } from "./libxml.js";

/** What is to be canonicalised: a document, or an element taken out of it. */
export interface CanonicalPart {
  /** Canonical XML 1.0 `#WithComments`. */
  withComments: boolean;
  /** Without it, the whole document. */
  element?: {
    /** Where it stands in the bytes. */
    start: number;
    end: number;
    /** Where, in code units, its open tag takes on `inherited`, what it has from its ancestors (XML-C14N 2.4). */
    nameEnd: number;
    inherited: string;
  };
}

const XML_DECLARATION = /^\ufeff?\s*<\?xml\s[^>]*\?>/;

function textOf(source: XmlSource, { element }: CanonicalPart): string {
  if (element) {
    const { start, end, nameEnd, inherited } = element;
    const text = source.textAt(start / source.unit, end / source.unit);
    return text.slice(0, nameEnd) + inherited + text.slice(nameEnd);
  }
  return source
    .textAt(0, source.view.length)
    .replace(XML_DECLARATION, "")
    .replace(/^\ufeff/, "");
}

/** Canonical XML 1.0, UTF-8, by libxml2 in the calling thread. Throws SW-XSD. */
export function canonicalise(lib: LibXml, source: XmlSource, part: CanonicalPart): Buffer {
  const text = textOf(source, part);
  let document: XmlDocument | undefined;
  try {
    document = lib.XmlDocument.fromString(text);
    const parts: Buffer[] = [];
    document.canonicalize(
      {
        // The memory behind `buffer` is libxml2's and is used again.
        write: (buffer) => parts.push(Buffer.from(buffer)) && buffer.length,
        close: () => true,
      },
      { mode: lib.XmlC14NMode.XML_C14N_1_0, withComments: part.withComments },
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
