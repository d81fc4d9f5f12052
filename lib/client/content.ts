import { join } from "node:path";
import { isZip } from "../archive/index.js";
import { inBoxOf } from "../boxes/receipt-place.js";
import { sentAs, wireOf } from "../boxes/sent-bytes.js";
import { inspect } from "../business/inspect.js";
import { codeOf, ImportClientError, unknownDocument } from "../errors.js";
import type { DocumentRow } from "../ledger/index.js";
import { modelOf, modelOfRoot } from "../model/model.js";
import { type Readable, readable } from "../model/readable.js";
import { sha256InTurns } from "../sha256.js";
import { openXml } from "../xml/encoding.js";
import type { ImportClient } from "./import-client.js";

/**
 * What is shown of a document: its file `as-claimed`; where that was changed since, the bytes that were `sent`, as they are kept, or, where
 * none are, the file as it is now, `changed`: it is not what was declared.
 */
export type ShownSource = "as-claimed" | "sent" | "changed";

/** A document as a person reads it. */
export interface DocumentContent extends Readable {
  source: ShownSource;
  messageType: string;
  /** Name of the XML, in a ZIP that of its entry. */
  xmlName: string;
  attachments: { name: string; size: number }[];
}

/** The XML as text; `cut` where there is more. */
export interface XmlText {
  source: ShownSource;
  text: string;
  cut: boolean;
}

export interface StoredFile {
  name: string;
  bytes: Buffer;
}

export interface DocumentBytes extends StoredFile {
  source: ShownSource;
}

/** A larger file is not opened for a person to look at; it can be had as it is from its box. */
const LARGEST = 32 * 1024 * 1024;
/** Characters of XML that are shown. */
const LONGEST = 1024 * 1024;

async function rowOf(client: ImportClient, id: string): Promise<DocumentRow> {
  const row = await client.ledger.get(id);
  if (row) return row;
  throw unknownDocument();
}

async function read(client: ImportClient, path: string): Promise<Buffer> {
  const size = client.files.disk.facts(path)?.size;
  if (size !== undefined && size > LARGEST) {
    throw new ImportClientError("SW-SIZE", {
      zh: `文件有 ${size} 字节，太大，无法在此打开`,
      en: `the file has ${size} bytes: too large to be opened here`,
    });
  }
  try {
    return await client.files.disk.readLarge(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    throw gone();
  }
}

function gone(): ImportClientError {
  return new ImportClientError("SW-FILE-MISSING", {
    zh: "文件已不在文件夹中（到期清理或被移走）",
    en: "the file is no longer in its folder: removed after retention, or by somebody",
  });
}

/**
 * The bytes of a document's file, wherever it is, or, where it is not what was claimed any more, those that were sent. A name says what was
 * not claimed, too. Rejects with SW-UNKNOWN-DOCUMENT, SW-FILE-MISSING, SW-SIZE.
 */
export async function documentFile(client: ImportClient, id: string): Promise<DocumentBytes> {
  const row = await rowOf(client, id);
  const { fileName: name } = row;
  if (row.box === "none") throw gone();
  const bytes = await read(client, join(client.folders.of(row.business).box(row.box), row.boxName));
  if ((await sha256InTurns(bytes, client.clock)) === row.sha256) return { name, bytes, source: "as-claimed" };
  const sent = await keptBytes(client, row);
  return sent
    ? { name: `sent_${name}`, bytes: sent, source: "sent" }
    : { name: `changed_${name}`, bytes, source: "changed" };
}

/** What was sent of a document, where it is kept and is what the row says; undefined of one that went out as it was claimed. */
async function keptBytes(client: ImportClient, row: DocumentRow): Promise<Buffer | undefined> {
  const messageId = sentAs(row);
  if (messageId === "") return undefined;
  const path = client.spool.keptPath(messageId);
  if (client.files.disk.facts(path)?.kind !== "file") return undefined;
  const bytes = await read(client, path);
  return (await sha256InTurns(bytes, client.clock)) === wireOf(row)?.body ? bytes : undefined;
}

/**
 * A document's content by the model of its type: read from its file, values untouched, sizes bounded. Rejects as `documentFile`, and with
 * SW-XSD or SW-ZIP when it cannot be read.
 */
export async function documentContent(client: ImportClient, id: string): Promise<DocumentContent> {
  const { name, bytes, source } = await documentFile(client, id);
  const { root, body, kind, xmlName, attachments } = await inspect(bytes, name);
  const model = (kind && modelOf(kind.type)) ?? modelOfRoot(root.name) ?? modelOfRoot(body.name);
  return {
    source,
    messageType: kind?.type ?? root.name,
    xmlName,
    attachments: attachments.map((one) => ({ name: one.name, size: one.size })),
    ...readable(startOf(root, body, model?.roots), model),
  };
}

/** Where the model begins: the business data, or the nearest element around it that the model knows as a beginning. */
function startOf<T extends { name: string; parent: T | undefined }>(
  root: T,
  body: T,
  roots: ReadonlyMap<string, unknown> | undefined,
): T {
  for (let element: T | undefined = body; element; element = element === root ? undefined : element.parent) {
    if (roots?.has(element.name)) return element;
  }
  return body;
}

/** A document's XML as text, as its producer wrote it. Rejects as `documentContent`; what is no well-formed XML is text all the same. */
export async function documentXml(client: ImportClient, id: string): Promise<XmlText> {
  const { name, bytes, source } = await documentFile(client, id);
  const xml = isZip(bytes) ? (await inspect(bytes, name)).xml : bytes;
  const head = xml.subarray(0, LONGEST);
  return { source, text: textOf(head), cut: xml.length > head.length };
}

/** In the encoding that it says; where that is not true, what can be read of it. */
function textOf(bytes: Buffer): string {
  try {
    const source = openXml(bytes, { checked: true });
    return source.textAt(0, source.view.length).replace(/^\ufeff/, "");
  } catch {
    return bytes.toString("utf8");
  }
}

/** The file of one receipt of a document. Rejects with SW-UNKNOWN-DOCUMENT, SW-FILE-MISSING, SW-SIZE. */
export async function receiptFile(client: ImportClient, id: string, receiptId: number): Promise<StoredFile> {
  const story = await client.ledger.story(id);
  const receipt = story?.receipts.find((one) => one.id === receiptId);
  const inBox = receipt && inBoxOf(client, receipt);
  if (!receipt || inBox === undefined) {
    throw new ImportClientError("SW-UNKNOWN-DOCUMENT", { zh: "没有这个回执", en: "there is no such receipt" });
  }
  return { name: receipt.file, bytes: await read(client, join(inBox, receipt.file)) };
}
