import { extname } from "node:path";
import { isZip, readZip, type ZipEntry } from "../archive/index.js";
import { zipRefused } from "../archive/refusal.js";
import { readXml } from "../xml/read.js";
import type { XmlElement } from "../xml/scan.js";
import { kindOf } from "./index.js";
import type { Business, MessageKind } from "./types.js";

/** What a file is. `Inspections` keeps it on a document's way through the nodes. */
export interface Inspection {
  zipped: boolean;
  /** The entry of the ZIP that is the document; the file's own name for a bare XML. */
  xmlName: string;
  /** The XML's bytes as the producer wrote them. */
  xml: Buffer;
  root: XmlElement;
  /** Undefined, as is `kind`, when the content was not recognised. */
  business?: Business;
  kind?: MessageKind;
  /** The element that carries the business data; the root when there is no envelope or the kind is not known. */
  body: XmlElement;
  /** The producer's own key; empty when there is none. */
  clientKey: string;
  /** The other entries of the ZIP. */
  attachments: { name: string; size: number; bytes: Buffer }[];
  /** The data centre's 18-digit number where the document has one already (a modification); else empty. */
  seqNo: string;
}

/** What the heads of messages are called: DecHead, InvtHeadType, PassportHead, SasDclBsc ... */
const HEAD = /(Head|HeadType|Bsc)$/i;

/** `SeqNo` of the document's head. In other elements the same name may count rows. */
function seqNoOf(body: XmlElement): string {
  const head = body.children.find(({ name }) => HEAD.test(name)) ?? body;
  return head.textAt("SeqNo") || head.textAt("seqNo");
}

function baseName(name: string): string {
  return name.slice(0, name.length - extname(name).length).toLowerCase();
}

interface Document {
  entry: ZipEntry;
  root: XmlElement;
}

/** The tree of an XML's bytes. */
type Read = (xml: Buffer) => Promise<XmlElement>;

/** The one XML of a ZIP that is the document (faq 3, 15). */
async function documentOf(entries: readonly ZipEntry[], fileName: string, read: Read): Promise<Document> {
  const xmls = entries.filter((entry) => extname(entry.name).toLowerCase() === ".xml");
  const only = xmls[0];
  if (!only) {
    throw zipRefused("ZIP 内没有 XML 报文", "there is no .xml entry in the ZIP", {
      reason: "no-xml",
      advice: {
        zh: "请把报文 XML 与其 PDF 一起放在 ZIP 的根目录。",
        en: "Put the document's XML at the top of the ZIP, beside its PDFs.",
      },
    });
  }
  if (xmls.length === 1) return { entry: only, root: await read(only.bytes) };
  const known: Document[] = [];
  for (const entry of xmls) {
    const root = await read(entry.bytes);
    if (kindOf(root)) known.push({ entry, root });
  }
  if (known.length === 1) return known[0] as Document;
  const wanted = baseName(fileName);
  const named = xmls.filter((entry) => baseName(entry.name) === wanted);
  const candidate = named.length === 1 ? (named[0] as ZipEntry) : undefined;
  // A name decides between documents that are all known, or all not; it does not put an unknown one before known ones.
  if (candidate && (known.length === 0 || known.some(({ entry }) => entry === candidate))) {
    return { entry: candidate, root: await read(candidate.bytes) };
  }
  const names = xmls.map((entry) => entry.name).join(", ");
  throw zipRefused(
    `ZIP 内有多个 XML，无法确定哪个是报文：${names}`,
    `the ZIP has several XMLs, it is not clear which is the document: ${names}`,
    {
      reason: "several-xml",
      advice: {
        zh: "每个 ZIP 只放一份报文 XML，且与 ZIP 同名。",
        en: "Put one document's XML into each ZIP, named like the ZIP.",
      },
    },
  );
}

/**
 * Finds out what a file is: bare XML or ZIP, its document, its message type, key and attachments. The XML is checked by
 * libxml2 before it is read. `fileName` decides only between several XMLs of a ZIP. `known`: an earlier inspection; an XML
 * that it has read is not read again. Rejects with SW-ZIP or SW-XSD.
 */
export async function inspect(payload: Buffer, fileName: string, known?: Inspection): Promise<Inspection> {
  const read: Read = async (xml) => (known?.xml.equals(xml) ? known.root : readXml(xml));
  const zipped = isZip(payload);
  const entries = zipped ? await readZip(payload) : [];
  const { entry, root } = zipped
    ? await documentOf(entries, fileName, read)
    : { entry: { name: fileName, bytes: payload }, root: await read(payload) };
  const found = kindOf(root);
  const body = found?.kind.body(root) ?? root;
  return {
    zipped,
    xmlName: entry.name,
    xml: entry.bytes,
    root,
    ...(found ?? {}),
    body,
    clientKey: found?.kind.clientKey(root) ?? "",
    attachments: entries
      .filter((other) => other !== entry)
      .map(({ name, bytes }) => ({ name, size: bytes.length, bytes })),
    seqNo: seqNoOf(body),
  };
}
