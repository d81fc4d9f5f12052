import { extname } from "node:path";
import { isFolderLitter, isZip, readZip, type ZipEntry } from "../archive/index.js";
import { zipRefused } from "../archive/refusal.js";
import { ImportClientError } from "../errors.js";
import { type FileKind, fileKind, officeKind } from "../file-kind.js";
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

/** An XML of a ZIP: what is in it, or why it cannot be read. */
interface Candidate {
  entry: ZipEntry;
  root?: XmlElement;
  fault?: ImportClientError;
}

/** Reads an XML of a ZIP; what is said of it names it. */
async function candidateOf(entry: ZipEntry, read: Read): Promise<Candidate> {
  try {
    return { entry, root: await read(entry.bytes) };
  } catch (error) {
    if (!(error instanceof ImportClientError) || error.code !== "SW-XSD") throw error;
    const { text, advice, details, cause } = error;
    const named = { zh: `ZIP 内的 ${entry.name}：${text.zh}`, en: `${entry.name} in the ZIP: ${text.en}` };
    return {
      entry,
      fault: new ImportClientError("SW-XSD", named, { advice, cause, details: { ...details, entry: entry.name } }),
    };
  }
}

/** The document, or what is wrong with it thrown. */
function readable({ entry, root, fault }: Candidate): Document {
  if (!root) throw fault;
  return { entry, root };
}

/**
 * The one XML of a ZIP that is the document (faq 3, 15). Of several it is the only one of a known type, else the one that is named
 * like the ZIP (domain 2). One that cannot be read may be the document as well, so that then the name alone decides.
 */
async function documentOf(entries: readonly ZipEntry[], fileName: string, read: Read): Promise<Document> {
  const xmls = entries.filter(({ name }) => extname(name).toLowerCase() === ".xml" && !isFolderLitter(name));
  const only = xmls[0];
  if (!only) throw withoutXml(entries);
  if (xmls.length === 1) return readable(await candidateOf(only, read));
  const candidates: Candidate[] = [];
  for (const entry of xmls) candidates.push(await candidateOf(entry, read));
  const known = candidates.filter(({ root }) => root && kindOf(root));
  const broken = candidates.find(({ fault }) => fault);
  if (known.length === 1 && !broken) return readable(known[0] as Candidate);
  const wanted = baseName(fileName);
  const named = candidates.filter(({ entry }) => baseName(entry.name) === wanted);
  const candidate = named.length === 1 ? named[0] : undefined;
  // A name decides between documents that are all known, or all not; it does not put an unknown one before known ones.
  if (candidate && (known.length === 0 || candidate.fault || known.includes(candidate))) return readable(candidate);
  if (broken?.fault) throw broken.fault;
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

/** Does it begin as an XML does, or as one that somebody meant to write? */
function looksLikeXml(bytes: Buffer): boolean {
  return /^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*</.test(bytes.toString("latin1", 0, 64));
}

/** A ZIP that has no document: what it has instead. */
function withoutXml(entries: readonly ZipEntry[]): ImportClientError {
  const first = entries.slice(0, 5).map(({ name, bytes }) => {
    const kind = fileKind(bytes);
    // Many call an XML by another name, or have none behind the dot.
    const xml = !kind && looksLikeXml(bytes);
    const is = xml ? { zh: "像是 XML，但扩展名不是 .xml", en: "looks like an XML, but is not named .xml" } : kind;
    return { zh: is ? `${name}（${is.zh}）` : name, en: is ? `${name} (${is.en})` : name };
  });
  const more = entries.length > first.length ? { zh: " 等", en: " and more" } : { zh: "", en: "" };
  const inside =
    first.length === 0
      ? { zh: "：里面没有文件", en: ": it is empty" }
      : {
          zh: `，只有 ${first.map(({ zh }) => zh).join("、")}${more.zh}`,
          en: `, only ${first.map(({ en }) => en).join(", ")}${more.en}`,
        };
  return zipRefused(`ZIP 内没有 XML 报文${inside.zh}`, `there is no .xml entry in the ZIP${inside.en}`, {
    reason: "no-xml",
    advice: {
      zh: "请把报文 XML（扩展名 .xml）与其 PDF 一起放在 ZIP 的根目录，不要再套一层压缩包。",
      en: "Put the document's XML, named .xml, at the top of the ZIP beside its PDFs, not in another archive within it.",
    },
  });
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
  if (!isZip(payload)) {
    const root = await read(payload).catch((error) => {
      throw extname(fileName).toLowerCase() === ".zip" ? onlyNamedZip(error) : error;
    });
    return { zipped: false, xmlName: fileName, xml: payload, root, entries: [] };
  }
  const { entries, entry, root } = await unpacked(payload, fileName, read).catch((error) => {
    const office = officeKind(payload);
    throw office ? notPacked(office) : error;
  });
  const others = entries.filter((other) => other !== entry);
  return { zipped: true, xmlName: entry.name, xml: entry.bytes, root, entries: others };
}

async function unpacked(payload: Buffer, fileName: string, read: Read): Promise<Document & { entries: ZipEntry[] }> {
  const entries = await readZip(payload);
  return { entries, ...(await documentOf(entries, fileName, read)) };
}

/** What is said of a file whose name alone says that it is a ZIP. */
function onlyNamedZip(error: unknown): unknown {
  if (!(error instanceof ImportClientError) || error.code !== "SW-XSD") return error;
  const { text, advice, details, cause } = error;
  const named = {
    zh: `文件扩展名是 .zip，内容却不是 ZIP（前面可能有多余的字节）；${text.zh}`,
    en: `the file is named .zip and does not begin like one (something may stand before it); ${text.en}`,
  };
  return new ImportClientError("SW-ZIP", named, { advice, cause, details });
}

/** A ZIP that a program made of its own file. */
function notPacked({ zh, en }: FileKind): ImportClientError {
  return zipRefused(`文件不是报文的 ZIP，而是 ${zh}`, `the file is no ZIP with a document but ${en}`, {
    reason: "no-xml",
    advice: {
      zh: "请放入 XML 报文，或含该 XML 及其 PDF 的 ZIP；表格须先由 ERP 转换成报文。",
      en: "Hand in the document's XML, or a ZIP of that XML and its PDFs; a table has to be made into a document first.",
    },
  });
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
    if (isZip(bytes) || looksLikeXml(bytes)) throw error;
    return undefined;
  }
}
