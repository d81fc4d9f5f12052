import { isZip, readZip, writeZip } from "../../archive/index.js";
import { ImportClientError } from "../../errors.js";
import { openXml, type XmlSource } from "../../xml/encoding.js";
import { scanXml, type XmlElement } from "../../xml/scan.js";
import type { SignRequest } from "../types.js";

/** An XML that a profile signs: bytes, and the tree over them. */
export interface OpenedXml {
  source: XmlSource;
  root: XmlElement;
}

export function openDocument(bytes: Buffer): OpenedXml {
  const source = openXml(bytes);
  return { source, root: scanXml(source) };
}

/**
 * Signs the XML of a request where it is: bare, or inside a ZIP, whose other entries stay as they are. Only entries that
 * end in `.xml` and that `wanted` knows are signed. Rejects with SW-ZIP when the ZIP has none of them, SW-XSD when a bare
 * XML is not one.
 */
export async function signInside(
  request: SignRequest,
  wanted: (root: XmlElement) => boolean,
  sign: (document: OpenedXml) => Promise<Buffer>,
): Promise<Buffer> {
  if (!isZip(request.payload)) {
    const document = openDocument(request.payload);
    if (!wanted(document.root)) throw notSignable("SW-XSD", request.fileName, document.root.qualifiedName);
    return sign(document);
  }
  const entries = await readZip(request.payload);
  let signed = 0;
  for (const entry of entries) {
    if (!/\.xml$/i.test(entry.name)) continue;
    const document = openDocument(entry.bytes);
    if (!wanted(document.root)) continue;
    entry.bytes = await sign(document);
    signed++;
  }
  if (signed === 0) throw notSignable("SW-ZIP", request.fileName, "");
  return writeZip(entries, { at: request.at });
}

function notSignable(code: string, fileName: string, root: string): ImportClientError {
  const found = root ? `（根元素 ${root}）` : "";
  return new ImportClientError(
    code,
    {
      zh: `${fileName} 中没有可以签名的 XML${found}`,
      en: `there is no XML in ${fileName} that this profile can sign${root ? ` (root element ${root})` : ""}`,
    },
    {
      advice: {
        zh: "请检查报文的根元素，或在签名节点中选择与业务相符的签名方式。",
        en: "Check the document's root element, or choose the signing profile of its business in the card-sign node.",
      },
      details: { fileName, ...(root ? { root } : {}) },
    },
  );
}
