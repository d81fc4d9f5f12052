import type { DocumentChange, DocumentRow } from "../types.js";

/**
 * When a row was changed, for a look at the clock of `now`. Of one that waits for its next try, and is changed for another reason, never before the change
 * that began the wait: the length of the pause is told from there, and a clock that was set back since would make it a day.
 */
export function changedAt(
  row: Pick<DocumentRow, "retryAt" | "updatedAt">,
  change: DocumentChange,
  now: number,
): number {
  return row.retryAt > 0 && change.retryAt === undefined ? Math.max(now, row.updatedAt) : now;
}

/**
 * Milliseconds until a document that was given back may be claimed again. Never more than the delay that it was given back with, which
 * the row shows as well: the clock may have been set back since, or have been ahead then.
 */
export function returnsIn({ retryAt, updatedAt }: Pick<DocumentRow, "retryAt" | "updatedAt">, now: number): number {
  return Math.max(0, Math.min(retryAt - now, retryAt - updatedAt));
}
