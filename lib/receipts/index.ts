import type { AdviceBook } from "../advice/index.js";
import { codeEntry } from "../advice/index.js";
import { isZip, readZip } from "../archive/index.js";
import { type Bilingual, ImportClientError, messageOf } from "../errors.js";
import { dxpContent, dxpDataFault, dxpMessages } from "../xml/dxpmsg.js";
import { readXml } from "../xml/read.js";
import type { XmlElement } from "../xml/scan.js";
import { formatOf } from "./formats.js";
import { handedOn } from "./platform.js";
import { isOk } from "./record.js";
import { tidied } from "./tidy.js";
import type { ParsedReceipt } from "./types.js";

export { FORMATS } from "./formats.js";
export type { ParsedReceipt, ReceiptFormat } from "./types.js";

/** The name of a part that nothing names. */
export const UNNAMED = "receipt.xml";

/** One file of a delivery. */
export interface ReceiptPartRead {
  /** Its name in the ZIP, AddInfo/FileName of a DxpMsg, or `UNNAMED`. */
  name: string;
  /** The receipt's own bytes: out of the ZIP and out of the DxpMsg; the wrapper itself when it could not be opened. */
  bytes: Buffer;
  /** Empty exactly when the part was not recognised. */
  receipts: ParsedReceipt[];
  recognised: boolean;
  /** Why it was not recognised: SW-XSD, SW-ZIP, or SW-RECEIPT. */
  reason?: { code: string; text: Bilingual };
}

/** Everything that was in a delivery; every byte of it is in some part. */
export interface ReceiptReading {
  parts: ReceiptPartRead[];
}

export interface ReadOptions {
  /** Code tables with a user's changes (`loadAdvice`): they decide outcome and `statusText` for the codes in it. */
  book?: AdviceBook;
}

/** A wrapper in a wrapper in a wrapper is more than anybody sends. */
const MAX_NESTING = 3;

/**
 * Reads a delivery: an XML in any encoding of promises 5, a ZIP of XMLs, or a DxpMsg around either. Never rejects for
 * what the bytes hold: what is truncated, malformed, or of no known format comes back as a part that is not recognised,
 * with the reason. libxml2 decides first whether an XML is whole (promises 5).
 */
export async function readReceipts(bytes: Buffer, options: ReadOptions = {}): Promise<ReceiptReading> {
  const parts = await readPart(UNNAMED, bytes, 0);
  const { book } = options;
  if (book) for (const part of parts) part.receipts = part.receipts.map((receipt) => judged(receipt, book));
  return { parts };
}

async function readPart(name: string, bytes: Buffer, nesting: number): Promise<ReceiptPartRead[]> {
  try {
    if (nesting >= MAX_NESTING) throw unrecognised("包装层数过多", "too many wrappers");
    if (isZip(bytes)) return await readPacked(name, bytes, nesting);
    const root = await readXml(tidied(bytes));
    const messages = dxpMessages(root);
    if (messages.length > 0) return await readAllWrapped(messages, name, bytes, nesting);
    const receipts = receiptsIn(root);
    if (!receipts) throw unrecognised(`没有这种回执：${shown(root)}`, `no receipt has this form: ${shown(root)}`);
    return [{ name, bytes, receipts, recognised: true }];
  } catch (error) {
    return [{ name, bytes, receipts: [], recognised: false, reason: reasonOf(error) }];
  }
}

/** What a document says as a receipt, or the receipt that a platform hands on in it; undefined when it is none. */
function receiptsIn(root: XmlElement): ParsedReceipt[] | undefined {
  const { content, messageId } = handedOn(root) ?? {};
  const format = content && formatOf(content);
  if (!content || !format) return formatOf(root)?.parse(root);
  if (!messageId) return format.parse(content);
  // The number that we handed it in under comes first: the receipt's own may be the platform's.
  return format.parse(content).map((receipt) => {
    const keys = [receipt.clientKey, ...(receipt.otherKeys ?? [])].filter((key) => key !== "" && key !== messageId);
    return { ...receipt, clientKey: messageId, ...(keys.length > 0 && { otherKeys: keys }) };
  });
}

async function readPacked(name: string, bytes: Buffer, nesting: number): Promise<ReceiptPartRead[]> {
  const parts: ReceiptPartRead[] = [];
  for (const entry of await readZip(bytes, { flatten: true }))
    parts.push(...(await readPart(entry.name, entry.bytes, nesting + 1)));
  if (parts.length === 0) throw unrecognised(`ZIP 是空的：${name}`, `the ZIP is empty: ${name}`);
  return parts;
}

/** Each of several DxpMsg; those that cannot be read are kept by the one wrapper that holds them all. */
async function readAllWrapped(
  messages: readonly XmlElement[],
  name: string,
  bytes: Buffer,
  nesting: number,
): Promise<ReceiptPartRead[]> {
  const parts: ReceiptPartRead[] = [];
  for (const message of messages) {
    try {
      parts.push(...(await readWrapped(message, name, bytes, nesting)));
    } catch (error) {
      parts.push({ name, bytes, receipts: [], recognised: false, reason: reasonOf(error) });
    }
  }
  const first = parts.find((part) => part.bytes === bytes);
  return parts.filter((part) => part.bytes !== bytes || part === first);
}

async function readWrapped(
  message: XmlElement,
  name: string,
  bytes: Buffer,
  nesting: number,
): Promise<ReceiptPartRead[]> {
  // A cut one must not be read as what is left of it.
  const fault = dxpDataFault(message);
  if (fault) throw unrecognised(fault.zh, fault.en);
  const content = dxpContent(message);
  const parts = await readPart(content.fileName || name, content.bytes, nesting + 1);
  // What is inside is not known: then the wrapper is kept, which says from whom it came and what it claims to be.
  if (parts.every((part) => !part.recognised)) {
    return [{ name, bytes, receipts: [], recognised: false, ...(parts[0]?.reason && { reason: parts[0].reason }) }];
  }
  for (const part of parts) {
    for (const receipt of part.receipts) {
      receipt.fileName ??= content.fileName || undefined;
      receipt.messageId ??= content.messageId || undefined;
    }
  }
  return parts;
}

/** Outcome and `statusText` by a user's tables, for the codes that they have. */
function judged(receipt: ParsedReceipt, book: AdviceBook): ParsedReceipt {
  const { format, kind, code, statusCode } = receipt;
  if (kind === "local") return receipt;
  const entry = codeEntry(format, statusCode || code, book, kind);
  if (!entry || entry === codeEntry(format, statusCode || code, undefined, kind)) return receipt;
  const { outcome } = entry;
  const status = statusCode === "" ? {} : { statusText: entry.meaning.zh };
  return { ...receipt, outcome, ok: isOk(outcome), ...status };
}

function shown(root: XmlElement): string {
  const name = root.qualifiedName.slice(0, 80);
  return root.namespace ? `${name} (${root.namespace.slice(0, 120)})` : name;
}

function unrecognised(zh: string, en: string): ImportClientError {
  return new ImportClientError("SW-RECEIPT", { zh, en });
}

function reasonOf(error: unknown): { code: string; text: Bilingual } {
  if (error instanceof ImportClientError) return { code: error.code, text: error.text };
  const message = messageOf(error);
  return { code: "SW-RECEIPT", text: { zh: `回执无法读取：${message}`, en: `the receipt cannot be read: ${message}` } };
}
