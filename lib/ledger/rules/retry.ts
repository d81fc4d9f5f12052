import type { DocumentRow } from "../types.js";

/**
 * Milliseconds until a document that was given back may be claimed again. Never more than the delay that it was given back with, which
 * the row shows as well: the clock may have been set back since, or have been ahead then.
 */
export function returnsIn({ retryAt, updatedAt }: Pick<DocumentRow, "retryAt" | "updatedAt">, now: number): number {
  return Math.max(0, Math.min(retryAt - now, retryAt - updatedAt));
}
