import { isZip, readZip, writeZip } from "../../archive/index.js";
import { ImportClientError } from "../../errors.js";
import { openXml, type XmlSource } from "../../xml/encoding.js";
import { IN_THREAD } from "../../xml/libxml.js";
import { scanXml, scanXmlInTurns, type XmlElement } from "../../xml/scan.js";
import { assertWellFormed } from "../../xml/wellformed.js";
import type { SignRequest } from "../types.js";
import { type Edit, splice } from "./splice.js";

/** An XML that a profile signs: bytes, and the tree over them. */
export interface OpenedXml {
  source: XmlSource;
  root: XmlElement;
}

/** A large one is gone through in a thread first, and then scanned in turns. Rejects with SW-XSD. */
async function openDocument(bytes: Buffer, known: SignRequest["known"]): Promise<OpenedXml> {
  if (known?.xml.equals(bytes)) return { source: known.root.source, root: known.root };
  if (bytes.length > IN_THREAD) await assertWellFormed(bytes);
  return scanned(bytes);
}

/** A document that was opened, with edits applied. */
export function edited({ source }: OpenedXml, edits: readonly Edit[]): Promise<OpenedXml> {
  return scanned(splice(source, edits));
}

async function scanned(bytes: Buffer): Promise<OpenedXml> {
  const large = bytes.length > IN_THREAD;
  const source = openXml(bytes, { checked: large });
  return { source, root: large ? await scanXmlInTurns(source) : scanXml(source) };
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
    const document = await openDocument(request.payload, request.known);
    if (!wanted(document.root)) throw notSignable("SW-XSD", request.fileName, document.root.qualifiedName);
    return sign(document);
  }
  const entries = await readZip(request.payload);
  let signed = 0;
  for (const entry of entries) {
    if (!/\.xml$/i.test(entry.name)) continue;
    const document = await openDocument(entry.bytes, request.known);
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
      details: { fileName, reason: "profile", ...(root ? { root } : {}) },
    },
  );
}
