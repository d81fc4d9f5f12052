import { adviceFor } from "../advice/index.js";
import type { BoxContext } from "../boxes/context.js";
import { writeReceiptJson } from "../boxes/receipt-json.js";
import { crashPoint } from "../crash-point.js";
import type { Receipt } from "../document.js";
import type { Bilingual } from "../errors.js";
import { OTHERS } from "../files/folders.js";
import { timeStamp } from "../files/names.js";
import type { DocumentRow, ReceiptRow } from "../ledger/index.js";
import { receiptFileName } from "../receipts/file-name.js";
import { sha256Of } from "../sha256.js";
import { adoptOrphans, lookAgain } from "./adopt.js";

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
  const receipts = part.receipts.length > 0 ? part.receipts : [unrecognised(context, delivery, part)];
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
  // Several receipts for one document out of the same bytes share one file. Those that wait for their documents do not: each
  // will move to a folder of its own.
  const shared = document && siblings.find((row) => row.documentId === document.id)?.file;
  const wanted = receiptFileName(receipt, about, delivery.receivedAt);
  const row = await context.files.withFreeName(folder.box("InBox"), wanted, async (name) => {
    crashPoint("receipt.before-row");
    const stored = await ledger.addReceipt({
      ...receipt,
      textEn: "",
      documentId: document?.id ?? null,
      matchedBy: document ? receipt.matchedBy : "",
      sha256,
      messageId: delivery.messageId,
      file: shared ?? `${folder.code}/InBox/${name}`,
      receivedAt: delivery.receivedAt,
    });
    crashPoint("receipt.after-row");
    if (!stored.receipt.filed) await fileReceipt(context, delivery, part, stored.receipt, document, siblings);
    return stored.receipt;
  });
  crashPoint("receipt.after-filed");
  // A repeat as well: what brought it first may have been stopped before this.
  if (document) await adoptOrphans(context, document.id);
  else await lookAgain(context, row);
  return row;
}

/** Writes the file that the row names, unless one of its siblings has written it, and marks the row. */
async function fileReceipt(
  context: BoxContext,
  delivery: DeliveryFacts,
  part: ReceiptPart,
  row: ReceiptRow,
  document: DocumentRow | undefined,
  siblings: readonly ReceiptRow[],
): Promise<void> {
  const [code = "", , file = ""] = row.file.split("/");
  const inBox = context.folders.of(code).box("InBox");
  const before = siblings.filter((other) => other.file === row.file).length;
  if (before === 0) await context.files.write(inBox, file, part.bytes);
  if (part.reason) await context.files.write(inBox, `${file}.reason.json`, reasonFile(delivery, part.reason));
  if (context.settings.receiptJson) await writeReceiptJson(context, row, document, before + 1);
  crashPoint("receipt.after-file");
  await context.ledger.markFiled(row.id);
}

function unrecognised(context: BoxContext, delivery: DeliveryFacts, part: ReceiptPart): Receipt {
  const code = part.reason?.code ?? "SW-RECEIPT";
  const text = part.reason?.text.zh ?? "";
  return {
    kind: "business",
    format: "",
    outcome: "unknown",
    ok: false,
    code,
    text,
    clientKey: "",
    seqNo: "",
    customsNo: "",
    part: "",
    statusCode: "",
    statusText: "",
    // Whatever is wrong with it, it is kept for a person to look at.
    advice: adviceFor({ code: "SW-RECEIPT", text }, context.advice),
    documentId: null,
    matchedBy: "",
    at: delivery.receivedAt,
  };
}

function reasonFile(delivery: DeliveryFacts, reason: { code: string; text: Bilingual }): Buffer {
  const { messageId } = delivery;
  return Buffer.from(`${JSON.stringify({ at: timeStamp(delivery.receivedAt), messageId, ...reason }, null, 2)}\n`);
}
