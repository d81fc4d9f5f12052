import type { DocumentRow, PartKey } from "../types.js";

type Numbers = Pick<DocumentRow, "seqNo" | "customsNo">;

/** Among the keys of a document's parts: the key is the whole document's. The first part is 1. */
export const WHOLE = 0;

/**
 * Numbers that a document loses by a change: a declaration that was sent again is given another 18-digit number, one that was changed
 * another number of customs. Receipts that carry the one it had before are still its own, so a ledger keeps each of them among the
 * keys that lead to the document.
 */
export function earlierNumbers(before: Numbers, after: Numbers): PartKey[] {
  return (["seqNo", "customsNo"] as const)
    .filter((kind) => before[kind] !== "" && before[kind] !== after[kind])
    .map((kind) => ({ key: before[kind], kind }));
}
