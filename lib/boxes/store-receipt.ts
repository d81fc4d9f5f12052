import { crashPoint } from "../crash-point.js";
import type { Receipt } from "../document.js";
import type { Bilingual } from "../errors.js";
import type { ReceiptRow } from "../ledger/index.js";
import { receiptFileName } from "../receipts/file-name.js";
import { sha256Of } from "./claim.js";
import type { BoxContext } from "./context.js";
import { OTHERS } from "./folders.js";
import { timeStamp } from "./names.js";
import { freeName, writeDurably } from "./place.js";

/** One file of a delivery: its bytes and what was read from them. */
export interface ReceiptPart {
  /** Its name in the ZIP or in the DxpMsg; absent where nothing names it. */
  name?: string | undefined;
  bytes: Buffer;
  /** Empty when the part was not recognised. */
  receipts: readonly Receipt[];
  /** Why it was not recognised. */
  reason?: { code: string; text: Bilingual } | undefined;
}

/** Where a delivery came from. */
export interface DeliveryFacts {
  messageId: string;
  /** Folder code that the sender named, empty when it did not. */
  business: string;
  receivedAt: number;
}

/**
 * Stores a part of a delivery: row first, then the file under its official name in InBox, then the mark that it is filed
 * (promises 6). Only after this may the delivery be acknowledged. The same bytes for the same document are stored once;
 * an interrupted call writes the file under the name that its row has. What belongs nowhere goes to `Others/InBox`.
 */
export async function storeReceipt(
  context: BoxContext,
  delivery: DeliveryFacts,
  part: ReceiptPart,
): Promise<ReceiptRow[]> {
  const receipts = part.receipts.length > 0 ? part.receipts : [unrecognised(delivery, part)];
  const rows: ReceiptRow[] = [];
  const sha256 = sha256Of(part.bytes);
  for (const [index, receipt] of receipts.entries()) {
    const key = index === 0 ? sha256 : `${sha256}#${index}`;
    rows.push(await storeOne(context, delivery, part, receipt, key, rows));
  }
  return rows;
}

async function storeOne(
  context: BoxContext,
  delivery: DeliveryFacts,
  part: ReceiptPart,
  receipt: Receipt,
  sha256: string,
  siblings: readonly ReceiptRow[],
): Promise<ReceiptRow> {
  const { ledger, folders } = context;
  const document = receipt.documentId === null ? undefined : await ledger.get(receipt.documentId);
  const named = delivery.business !== "" && folders.exists(delivery.business) ? delivery.business : OTHERS;
  const folder = folders.of(document?.business ?? (part.receipts.length > 0 ? named : OTHERS));
  const about = document?.fileName ?? (receipt.clientKey || receipt.seqNo || receipt.format || "unknown");
  const name = freeName(folder.box("InBox"), receiptFileName(receipt, about, delivery.receivedAt));
  // Several receipts for one document out of the same bytes share one file.
  const shared = siblings.find(
    (row) => row.documentId === (document?.id ?? null) && row.file.startsWith(`${folder.code}/`),
  );
  crashPoint("receipt.before-row");
  const { receipt: row, duplicate } = await ledger.addReceipt({
    ...receipt,
    documentId: document?.id ?? null,
    sha256,
    messageId: delivery.messageId,
    file: shared?.file ?? `${folder.code}/InBox/${name}`,
    receivedAt: delivery.receivedAt,
  });
  crashPoint("receipt.after-row");
  if (!row.filed) {
    const [code = folder.code, , file = name] = row.file.split("/");
    const inBox = folders.of(code).box("InBox");
    if (row.file !== shared?.file) writeDurably(inBox, file, part.bytes);
    if (part.reason) writeDurably(inBox, `${file}.reason.json`, reasonFile(delivery, part.reason));
    crashPoint("receipt.after-file");
    await ledger.markFiled(row.id);
  }
  crashPoint("receipt.after-filed");
  if (document && !duplicate) await adoptOrphans(context, document.id);
  return row;
}

/** A receipt may have come before the one that carries its key: now that the document knows more numbers, look again. */
export async function adoptOrphans(context: BoxContext, documentId: string): Promise<void> {
  const document = await context.ledger.get(documentId);
  if (!document) return;
  const { clientKey, seqNo, customsNo, claimedAt } = document;
  for (const orphan of await context.ledger.orphans({ clientKey, seqNo, customsNo, answers: [] })) {
    // An own number may have been used before; a receipt that came before this document was claimed is not for it.
    const numbered = (seqNo !== "" && orphan.seqNo === seqNo) || (customsNo !== "" && orphan.customsNo === customsNo);
    if (numbered || orphan.receivedAt >= claimedAt) await context.ledger.adopt(orphan.id, documentId);
  }
}

function unrecognised(delivery: DeliveryFacts, part: ReceiptPart): Receipt {
  return {
    kind: "business",
    format: "",
    ok: false,
    code: part.reason?.code ?? "SW-RECEIPT",
    text: part.reason?.text.zh ?? "",
    clientKey: "",
    seqNo: "",
    customsNo: "",
    statusCode: "",
    statusText: "",
    advice: null,
    documentId: null,
    at: delivery.receivedAt,
  };
}

function reasonFile(delivery: DeliveryFacts, reason: { code: string; text: Bilingual }): Buffer {
  const { messageId } = delivery;
  return Buffer.from(`${JSON.stringify({ at: timeStamp(delivery.receivedAt), messageId, ...reason }, null, 2)}\n`);
}
