import type { DocumentRow, NewReceipt, ReceiptRow } from "../types.js";

/** The same bytes under the same message id: the broker has brought them again. */
export function sameMessage(row: ReceiptRow, receipt: NewReceipt): boolean {
  return row.messageId !== "" && row.messageId === receipt.messageId;
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
export function repeats(receipt: NewReceipt, row: ReceiptRow, document: DocumentRow | undefined): boolean {
  if (sameMessage(row, receipt)) return true;
  const { clientKey, seqNo, customsNo, messageId, kind } = receipt;
  if (clientKey === "" && seqNo === "" && customsNo === "") return row.messageId === "" && messageId === "";
  if (!document || row.documentId === null) return true;
  if (document.sendingAt > row.receivedAt) return false;
  const another = row.documentId !== document.id && messageId !== "" && row.messageId !== "";
  return !(another && kind === "import" && document.importReceiptAt === 0);
}
