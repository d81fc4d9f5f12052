import { extname } from "node:path";
import { isZip, readZip, type ZipEntry } from "../archive/index.js";
import { zipRefused } from "../archive/refusal.js";
import { ImportClientError } from "../errors.js";
import { dxpContent, dxpMessages } from "../xml/dxpmsg.js";
import { readXml } from "../xml/read.js";
import type { XmlElement } from "../xml/scan.js";
import { kindOf } from "./index.js";
import { distinct, headOf, textInAnyCase } from "./keys.js";
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
  /** Every number by which a receipt may name it or one of its orders, lists, bills: `clientKey` first, each once. */
  keys: string[];
  /** What it asks for, as it says it itself (`MessageKind.operation`); empty when it does not say. */
  operation: string;
  /** The other entries of the ZIP. */
  attachments: { name: string; size: number; bytes: Buffer }[];
  /** The data centre's 18-digit number where the document's head has one already (a modification); else empty. */
  seqNo: string;
  /** It came in a DxpMsg that the producer made: everything here is of the message inside, and it goes out as it came. */
  wrapped: boolean;
}

/** `SeqNo` of the document's head. In other elements the same name may count rows. */
function seqNoOf(body: XmlElement): string {
  return textInAnyCase(headOf(body), "SeqNo");
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
 * Finds out what a file is: bare XML or ZIP, its document, its message type, keys and attachments. A DxpMsg is looked into:
 * its content, an XML or a ZIP, is the document. The XML is checked by libxml2 before it is read. `fileName` decides only
 * between several XMLs of a ZIP. `known`: an earlier inspection; an XML that it has read is not read again. Rejects with
 * SW-ZIP or SW-XSD.
 */
export async function inspect(payload: Buffer, fileName: string, known?: Inspection): Promise<Inspection> {
  const read: Read = async (xml) => (known?.xml.equals(xml) ? known.root : readXml(xml));
  const outer = await opened(payload, fileName, read);
  const [message] = dxpMessages(outer.root);
  const inner = message && (await contentOf(message, fileName, read));
  const { zipped, xmlName, xml, root, entries } = inner ?? outer;
  const found = kindOf(root);
  const body = found?.kind.body(root) ?? root;
  const clientKey = found?.kind.clientKey(root) || (message?.textAt("TransInfo/CopMsgId") ?? "");
  return {
    zipped,
    xmlName,
    xml,
    root,
    ...(found ?? {}),
    body,
    clientKey,
    keys: distinct([
      clientKey,
      ...(found?.kind.parts?.(root) ?? []).flatMap(({ keys }) => keys),
      ...(found?.kind.partKeys?.(root) ?? []),
    ]),
    operation: found?.kind.operation?.(root) ?? "",
    attachments: entries.map(({ name, bytes }) => ({ name, size: bytes.length, bytes })),
    seqNo: seqNoOf(body),
    wrapped: message !== undefined,
  };
}

/** A file, opened: its document, and the other entries of its ZIP. */
interface Opened {
  zipped: boolean;
  xmlName: string;
  xml: Buffer;
  root: XmlElement;
  entries: ZipEntry[];
}

async function opened(payload: Buffer, fileName: string, read: Read): Promise<Opened> {
  if (!isZip(payload))
    return { zipped: false, xmlName: fileName, xml: payload, root: await read(payload), entries: [] };
  const entries = await readZip(payload);
  const { entry, root } = await documentOf(entries, fileName, read);
  const others = entries.filter((other) => other !== entry);
  return { zipped: true, xmlName: entry.name, xml: entry.bytes, root, entries: others };
}

/**
 * The document in a DxpMsg. Undefined where it cannot be known: enciphered, say, which is between the producer and its receiver.
 * Rejects when there is none, and with the fault of an XML or a ZIP that is damaged.
 */
async function contentOf(message: XmlElement, fileName: string, read: Read): Promise<Opened | undefined> {
  const { bytes, fileName: ownName } = dxpContent(message);
  if (bytes.length === 0) {
    throw new ImportClientError("SW-XSD", {
      zh: "DxpMsg 的 Data 是空的，没有可发送的报文",
      en: "the Data of the DxpMsg is empty: it holds no document to send",
    });
  }
  try {
    return await opened(bytes, ownName || fileName, read);
  } catch (error) {
    if (bytes[0] === 0x3c || isZip(bytes)) throw error;
    return undefined;
  }
}
