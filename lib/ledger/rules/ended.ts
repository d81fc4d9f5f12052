import type { DocumentChange } from "../types.js";

const ARCHIVES = ["SentBox", "FailBox", "none"];

/**
 * Is this change work on a claim? A document that has ended is not claimed: of it may be said where its file lies, in an archive or nowhere,
 * and what was learnt of it. One that was frozen in the middle of its work finds a document ended that others have taken over.
 */
export function isWorkOnClaim({ wire, retryAt = 0, box, boxName }: DocumentChange): boolean {
  const moves = box === undefined ? boxName !== undefined : !ARCHIVES.includes(box);
  return wire !== undefined || retryAt > 0 || moves;
}
