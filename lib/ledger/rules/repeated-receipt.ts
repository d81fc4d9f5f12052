import { ImportClientError } from "../../errors.js";
import type { DocumentRow, NewReceipt, ReceiptRow } from "../types.js";

/**
 * Throws SW-STATE when the document that an import receipt was found to answer has had one since then: of several that wait
 * with the same number it may be another's.
 */
export function assertNotAnswered(
  receipt: NewReceipt,
  { id, importReceiptAt, state }: DocumentRow,
  expected: Pick<DocumentRow, "importReceiptAt">,
): void {
  if (receipt.kind !== "import" || importReceiptAt === expected.importReceiptAt) return;
  throw new ImportClientError(
    "SW-STATE",
    { zh: `单据 ${id} 刚收到导入回执`, en: `document ${id} has just had its import receipt` },
    { details: { id, state } },
  );
}

/** 企业内部编号…重复 (domain B), and what 报关单 and 舱单 say of the same: the number, not a line or an item of the document. */
const NUMBER_REPEATED = /号.{0,60}(?:重复|已存在)/u;
const ONE_OF_ITS_LINES = /序号/u;

/**
 * Whether an import receipt refuses a document because its number is there already. Of one that was taken in before it is evidence that
 * this still stands, and no refusal of it.
 */
export function saysNumberRepeated({ kind, outcome, text }: NewReceipt): boolean {
  return kind === "import" && outcome === "refused" && NUMBER_REPEATED.test(text) && !ONE_OF_ITS_LINES.test(text);
}

/** Whether earlier receipts of a document, newest first, say that it was taken in and that customs has not refused it since. */
export function wasTakenIn(earlier: readonly ReceiptRow[]): boolean {
  const newest = earlier.find(({ kind, outcome }) => kind === "business" && outcome !== "unknown");
  return newest?.outcome !== "refused" && earlier.some(({ kind, ok, part }) => kind === "import" && ok && part === "");
}

/**
 * Whether a receipt says only what the same bytes have said before, as `row` keeps it. Without any number in them they repeat
 * each other only under the same message id. With numbers they do whatever the route that they came on, but:
 * - a document that was sent since, the same or another, gets the very same bytes as its own answer, when it is refused for the
 *   same reason, say;
 * - of two that wait at the same time with the same number, each gets the same bytes as its answer, in messages of their own.
 *
 * `document`: the one that the receipt was found to answer now.
 */
export function isRepeatOf(receipt: NewReceipt, row: ReceiptRow, document: DocumentRow | undefined): boolean {
  if (row.messageId !== "" && row.messageId === receipt.messageId) return true;
  // Ours: a document may fail twice for the same reason, and each time it is reported.
  if (receipt.kind === "local") return row.kind === "local" && row.at === receipt.at;
  const { clientKey, seqNo, customsNo, part, messageId, kind } = receipt;
  if (clientKey === "" && seqNo === "" && customsNo === "" && part === "")
    return row.messageId === "" && messageId === "";
  if (!document || row.documentId === null) return true;
  if (document.sendingAt > row.receivedAt) return false;
  const another = row.documentId !== document.id && messageId !== "" && row.messageId !== "";
  return !(another && kind === "import" && document.importReceiptAt === 0);
}
