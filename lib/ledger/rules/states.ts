import { ImportClientError } from "../../errors.js";
import type { DocumentRow, DocumentState } from "../types.js";

/**
 * Which state may follow which. A document whose send has begun goes back to `claimed` only when the broker certainly did not
 * take the message; `claimed` is held when the ledger may not know of a send any more. Evidence wins over our own opinion: a
 * receipt makes even a `failed` document `accepted`, and one that waits to be sent once more. Once accepted, a document leaves
 * that state only when a person sends it again (design, "Ledger"; promises 1).
 */
const NEXT: Record<DocumentState, readonly DocumentState[]> = {
  claimed: ["sending", "held", "failed", "sent", "accepted"],
  sending: ["sent", "unknown", "claimed", "failed", "accepted", "rejected"],
  unknown: ["sending", "sent", "held", "claimed", "accepted", "rejected"],
  held: ["unknown", "claimed", "sent", "failed", "accepted", "rejected"],
  sent: ["accepted", "rejected", "claimed"],
  accepted: ["claimed"],
  rejected: ["accepted", "claimed"],
  failed: ["accepted", "sent", "claimed"],
};

export const STATES = Object.keys(NEXT) as DocumentState[];

/** The last attempt has arrived: the broker's confirm, or an answer, says so. */
export const ARRIVED: readonly DocumentState[] = ["sent", "accepted", "rejected"];

/** What becomes of it is decided; its file may still be on its way to where it belongs (`settled`). */
export const ENDED: readonly DocumentState[] = [...ARRIVED, "failed"];

const IN_DOUBT: readonly DocumentState[] = ["sending", "unknown", "held"];

export function mayFollow(from: DocumentState, to: DocumentState): boolean {
  return NEXT[from].includes(to);
}

/**
 * Is it on hold before its send began? It goes on as if nothing had been, unlike what is held because its send may have arrived: of that
 * there are the bytes of a publish, or at least a doubt. In doubt it is of the second kind.
 */
export function isPutOff({ state, code, wire, possibleDuplicate }: DocumentRow): boolean {
  return state === "held" && code === "SW-HELD" && wire === "" && !possibleDuplicate;
}

/** Does it wait, in its flow or on hold, and no send of it has ever begun? Another one may take its place. */
export function isUnsent(row: DocumentRow): boolean {
  return (row.state === "claimed" || isPutOff(row)) && row.sendingAt === 0 && row.sentAt === 0;
}

/** May its last attempt have arrived, and does nobody know? Any answer to it proves it (promises 1: "receipt for an unknown send becomes sent"). */
export function isInDoubt(row: DocumentRow): boolean {
  return IN_DOUBT.includes(row.state) && !isPutOff(row);
}

/** Throws SW-STATE when the claim of a document is closed, or it is in none of the states that whoever changes it has seen: somebody else was there before. */
export function assertStillIn({ id, state, settled }: DocumentRow, expected: readonly DocumentState[]): void {
  if (!settled && expected.includes(state)) return;
  throw new ImportClientError(
    "SW-STATE",
    { zh: `单据 ${id} 的状态已变为 ${state}`, en: `document ${id} is ${state} by now` },
    { details: { id, from: state } },
  );
}

/**
 * Throws SW-STATE when the state machine does not allow the step, or when the document is in none of the states that whoever
 * takes it expects: somebody else was there before.
 */
export function assertMayFollow(
  id: string,
  from: DocumentState,
  to: DocumentState,
  expected: readonly DocumentState[] = [from],
): void {
  if (mayFollow(from, to) && expected.includes(from)) return;
  throw new ImportClientError(
    "SW-STATE",
    { zh: `单据 ${id} 不能从状态 ${from} 变为 ${to}`, en: `document ${id} cannot go from ${from} to ${to}` },
    { details: { id, from, to } },
  );
}
