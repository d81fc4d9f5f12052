import { mayBeAnswered } from "../../lib/business/index.js";
import type { DocumentQuery, DocumentRow, ReceiptKeys } from "../../lib/ledger/index.js";
import type { LedgerFile } from "./ledger-file.js";

export const sameText = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** The rows of a simulated ledger that a query asks for, newest first. */
export function queried(
  file: LedgerFile,
  { state, business, key, fileName, from, to, q, limit = 100, before, late }: DocumentQuery,
): DocumentRow[] {
  const states = state === undefined ? [] : [state].flat().filter((name) => name !== ("" as string));
  const named = (row: DocumentRow) => {
    if (!fileName) return true;
    if (!fileName.endsWith("*")) return sameText(row.fileName, fileName);
    return row.fileName.toLowerCase().startsWith(fileName.slice(0, -1).toLowerCase());
  };
  const keyed = (row: DocumentRow) =>
    !key ||
    [row.clientKey, row.seqNo, row.customsNo].includes(key) ||
    (file.keys.get(row.id) ?? []).some((one) => one.key === key);
  const texts = (row: DocumentRow) => [row.fileName, row.clientKey, row.seqNo, row.customsNo];
  const isLate = ({ state, sentAt, importReceiptAt, businessReceiptAt }: DocumentRow) =>
    !late ||
    (state === "sent" && importReceiptAt === 0 && sentAt < late.sentBefore) ||
    (state === "accepted" && businessReceiptAt === 0 && importReceiptAt < late.acceptedBefore);
  const wanted = (row: DocumentRow) =>
    isLate(row) &&
    (states.length === 0 || (states as string[]).includes(row.state)) &&
    (!business || sameText(row.business, business)) &&
    (!from || row.claimedAt >= from) &&
    (!to || row.claimedAt <= to) &&
    (!before || row.id < before) &&
    named(row) &&
    keyed(row) &&
    (!q || texts(row).some((text) => text.toLowerCase().includes(q.toLowerCase())));
  return file.newest(wanted, Math.min(Math.max(Math.trunc(limit) || 100, 1), 1000));
}

/** The documents that a receipt with these keys may answer, best first. */
export function answered(file: LedgerFile, { seqNo, clientKey, customsNo, answers }: ReceiptKeys): DocumentRow[] {
  const found = new Set<DocumentRow>();
  const collect = (value: string, of: (row: DocumentRow) => string) => {
    if (value === "") return;
    for (const row of file.newest((one) => of(one) === value)) {
      if (mayBeAnswered(row.messageType, answers)) found.add(row);
    }
  };
  collect(seqNo, (row) => row.seqNo);
  collect(clientKey, (row) => row.clientKey);
  collect(customsNo, (row) => row.customsNo);
  return [...found];
}
