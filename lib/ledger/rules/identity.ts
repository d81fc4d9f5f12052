import type { DocumentRow } from "../types.js";
import { isUnsent } from "./states.js";

/** What is looked at to tell whether two documents are the same one. */
export type Identity = Pick<
  DocumentRow,
  "business" | "messageType" | "clientKey" | "operation" | "packet" | "sha256" | "partsSha256"
> &
  Pick<DocumentRow, "environment" | "clientId">;

type Fate = Pick<DocumentRow, "state" | "statusOutcome">;

/** Code of a document that repeats another one, from its claim on. */
const REPEATS = "SW-DUP";

/**
 * The row of a document that is claimed, as it is committed: one that repeats another says so from the first moment, with the other's
 * id, so that whoever takes it up after a stop does not send it.
 */
export function asClaimed(row: DocumentRow, earlier: DocumentRow | undefined): DocumentRow {
  return earlier ? { ...row, ...repeating(earlier) } : row;
}

/** What the row of a document says that repeats this one. */
export function repeating({ id }: Pick<DocumentRow, "id">): Pick<DocumentRow, "code" | "text" | "textEn"> {
  return { code: REPEATS, text: id, textEn: "" };
}

/** Id of the document that a claimed one was found to repeat, as `asClaimed` wrote it; undefined of one that repeats none. */
export function repeatedBy({ state, code, text, textEn, sendingAt, sentAt }: DocumentRow): string | undefined {
  return state === "claimed" && code === REPEATS && textEn === "" && sendingAt === 0 && sentAt === 0 ? text : undefined;
}

/** A document that stands in the way of the same one: not one that failed, or that the data centre or customs refused. */
export function isAlive({ state, statusOutcome }: Fate): boolean {
  return state !== "failed" && state !== "rejected" && statusOutcome !== "refused";
}

/**
 * Does a new document repeat an earlier one (design, "Identity")? The bytes of its parts are the same, however they are packed;
 * or, with `sameKey`, folder, type, operation, packet and own key are. `sameKey` is false for a modification, which repeats the key
 * of what it modifies (faq 18), and for types whose key is the company's.
 */
export function repeats(row: Identity, earlier: Identity & Fate, sameKey: boolean): boolean {
  if (row.environment !== earlier.environment || row.clientId !== earlier.clientId || !isAlive(earlier)) return false;
  if (isSameContent(row, earlier)) return true;
  return (
    sameKey &&
    row.clientKey !== "" &&
    row.clientKey === earlier.clientKey &&
    row.business.toLowerCase() === earlier.business.toLowerCase() &&
    row.messageType === earlier.messageType &&
    row.operation === earlier.operation &&
    row.packet === earlier.packet
  );
}

/**
 * Which of several earlier documents, the likeliest first, stands in the way of a new one that repeats them: one that went out before one that only
 * waits, which a corrected file may replace, and which may be refused as a repeat itself.
 */
export function inTheWayOf(row: Identity, found: readonly DocumentRow[], sameKey: boolean): DocumentRow | undefined {
  const repeated = found.filter((earlier) => repeats(row, earlier, sameKey));
  return repeated.find((earlier) => !isUnsent(earlier)) ?? repeated[0];
}

/** Are the bytes of two documents the same, or those of their parts, however they are packed? */
export function isSameContent(
  row: Pick<Identity, "sha256" | "partsSha256">,
  earlier: Pick<Identity, "sha256" | "partsSha256">,
): boolean {
  return row.sha256 === earlier.sha256 || (row.partsSha256 !== "" && row.partsSha256 === earlier.partsSha256);
}
