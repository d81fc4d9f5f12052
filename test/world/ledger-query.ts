import { mayBeAnswered } from "../../lib/business/index.js";
import type { DocumentCount, DocumentQuery, DocumentRow, ReceiptKeys } from "../../lib/ledger/index.js";
import type { LedgerFile } from "./ledger-file.js";

export const sameText = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** The rows of a simulated ledger that a query asks for, newest first. */
export function queried(file: LedgerFile, query: DocumentQuery): DocumentRow[] {
  return file.newest(wantedBy(file, query), Math.min(Math.max(Math.trunc(query.limit ?? 100) || 100, 1), 1000));
}

/** How many rows of a simulated ledger a query asks for. */
export function counted(file: LedgerFile, { before: _, ...query }: DocumentQuery): DocumentCount[] {
  const counts = new Map<string, DocumentCount>();
  for (const { business, state } of file.rows.filter(wantedBy(file, query))) {
    const name = JSON.stringify([business.toLowerCase(), state]);
    const found = counts.get(name);
    counts.set(name, { business: found?.business ?? business, state, count: (found?.count ?? 0) + 1 });
  }
  return [...counts].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, count]) => count);
}

function wantedBy(
  file: LedgerFile,
  { state, business, key, fileName, from, to, q, before, late }: DocumentQuery,
): (row: DocumentRow) => boolean {
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
  return (row) =>
    isLate(row) &&
    (states.length === 0 || (states as string[]).includes(row.state)) &&
    (!business || sameText(row.business, business)) &&
    (!from || row.claimedAt >= from) &&
    (!to || row.claimedAt <= to) &&
    (!before || row.id < before) &&
    named(row) &&
    keyed(row) &&
    (!q || texts(row).some((text) => text.toLowerCase().includes(q.toLowerCase())));
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
