import type { MatchedBy, Receipt } from "../../document.js";
import type { DocumentChange, DocumentPart, DocumentRow, DocumentState } from "../types.js";
import { type PartsCount, partsWords } from "./parts.js";
import { ARRIVED, isInDoubt, isPutOff, mayFollow } from "./states.js";

/** The transfer's own receipt: it tells that a node of the way has the message, and nothing of what becomes of it. */
const TRANSFER = "DxpRep";

/** A document that was found without a number of its own, or against one of them, may be the wrong one. */
const GUESSED: readonly MatchedBy[] = ["oldest", "doubtful", "fileName", "time"];

export interface ReceiptEffect {
  /** The state that the document goes to; undefined when it stays where it is. */
  to: DocumentState | undefined;
  change: DocumentChange;
}

/** The parts of a document after a receipt. */
export interface PartsAfter extends PartsCount {
  /** The receipt is about one of them, and not about the document as a whole. */
  aboutOne: boolean;
  /** That one, where it is known. */
  about: DocumentPart | undefined;
}

/**
 * What a receipt does to the document that it answers. Only an import receipt makes a document accepted or rejected
 * (faq 21); a business receipt is a customs status on it. Numbers once known are never emptied by a later receipt.
 *
 * A subscribed declaration is no answer: it changes no state, whoever made it.
 *
 * Evidence wins: once a document was ever sent, a good answer ends a resend that still waits, for what would go out again has
 * arrived. A receipt whose code nobody knows says nothing of success or failure.
 *
 * Of a document with several parts, one that is good makes it accepted, and it is rejected, or refused by customs, only when
 * all are. What was said of one is no word about the others; numbers in it are the part's own.
 *
 * With `stands`, the document was sent again although it was taken in before, and its number is refused as a repeat: that proves the
 * first, and the document is accepted as it was.
 */
export function receiptEffect(receipt: Receipt, row: DocumentRow, parts?: PartsAfter, stands = false): ReceiptEffect {
  if (receipt.kind === "local") return { to: undefined, change: {} };
  if (receipt.kind === "subscription") return { to: undefined, change: subscribed(receipt, row) };
  const several = parts && parts.parts > 1 ? parts : undefined;
  const change: DocumentChange = {
    ...(several?.aboutOne ? {} : numbersOf(receipt, row)),
    ...(parts && { parts: parts.parts, partsGood: parts.good, partsRefused: parts.refused }),
  };
  // This attempt has arrived, and at its own time: the archive must not take its file for the one of an attempt before.
  // One that is confirmed has its time, and its file may lie under that: a clock that was set back meanwhile changes nothing of it.
  if (row.sendingAt > row.sentAt && !ARRIVED.includes(row.state)) change.sentAt = row.sendingAt;
  const proved = isInDoubt(row) ? "sent" : undefined;
  const effect =
    receipt.kind === "import"
      ? importEffect(stands ? { ...receipt, ok: true } : receipt, row, several, proved)
      : businessEffect(receipt, row, several, proved);
  // Why it is on hold is what has to be read of it.
  const staysPutOff = effect.to === undefined && isPutOff(row);
  return {
    to: effect.to,
    change: { ...change, ...effect.change, ...(several && !staysPutOff && wordsOver(several, effect.to ?? row.state)) },
  };
}

/** How the parts stand, in words; they do not hide why a document failed, or was rejected as a whole. */
function wordsOver(several: PartsAfter, state: DocumentState): DocumentChange {
  if (state === "failed" || (state === "rejected" && !several.aboutOne)) return {};
  const words = partsWords(several);
  return words.code === "" && state === "rejected" ? {} : words;
}

function importEffect(
  receipt: Receipt,
  row: DocumentRow,
  several: PartsAfter | undefined,
  proved: DocumentState | undefined,
): ReceiptEffect {
  if (receipt.outcome === "unknown") return { to: proved, change: {} };
  const one = several?.aboutOne ? several : undefined;
  const good = one ? one.takenGood > 0 : receipt.ok;
  const bad = one ? one.takenRefused === one.parts : !receipt.ok;
  // One part's word is not the document's answer while others wait for theirs.
  const answered = one ? one.good + one.refused === one.parts : true;
  const change: DocumentChange = !row.importReceiptAt && answered ? { importReceiptAt: receipt.at } : {};
  if (waitsToGoAgain(row)) {
    // What is not good was why it is sent again: the answer of the attempt before.
    const ended = one ? one.takenGood === one.parts : receipt.ok;
    return ended ? ends("accepted", change) : { to: undefined, change: {} };
  }
  const to = good ? "accepted" : bad ? "rejected" : proved;
  if (isWaiting(row) || to === undefined) return { to: undefined, change };
  if (!mayFollow(row.state, to) || (to === "rejected" && row.state === "failed")) return { to: undefined, change };
  if (to === "sent") return { to, change };
  const refusal = { code: receipt.code, text: receipt.text, textEn: "" };
  return { to, change: { ...change, ...(to === "accepted" ? NO_REFUSAL : refusal) } };
}

function businessEffect(
  receipt: Receipt,
  row: DocumentRow,
  several: PartsAfter | undefined,
  proved: DocumentState | undefined,
): ReceiptEffect {
  // Receipts come in any order; the newest by customs' own time is the status.
  if (receipt.at < row.businessReceiptAt) return { to: proved, change: {} };
  const { statusCode, statusText, outcome, ok, format, at } = receipt;
  // One without a status, a notice of customs say, leaves what an earlier one said.
  if (statusCode === "" && statusText === "") return { to: proved, change: {} };
  const one = several?.aboutOne ? several : undefined;
  const change: DocumentChange = {
    businessReceiptAt: at,
    statusCode,
    statusText: one ? `${one.about?.name ?? receipt.part} ${statusText}`.trim() : statusText,
  };
  if (outcome === "unknown" || format === TRANSFER) return { to: proved, change };
  if (one ? one.good > 0 : ok) change.statusOutcome = "good";
  else if (!one || one.refused === one.parts) change.statusOutcome = "refused";
  const taken = one ? one.good === one.parts : ok;
  return taken && waitsToGoAgain(row) ? ends("sent", change) : { to: proved, change };
}

/** A declaration with our 18-digit number is ours, and may know customs' number; an own number others may use as well. */
function subscribed({ matchedBy, customsNo }: Receipt, row: DocumentRow): DocumentChange {
  return matchedBy === "seqNo" && row.customsNo === "" && customsNo !== "" ? { customsNo } : {};
}

/** An import receipt that is good may correct the 18-digit number that a document was claimed with. */
function numbersOf(receipt: Receipt, row: DocumentRow): DocumentChange {
  const { seqNo, customsNo, kind, ok, matchedBy } = receipt;
  const corrects = kind === "import" && ok && !GUESSED.includes(matchedBy);
  return {
    ...(seqNo !== "" && (row.seqNo === "" || corrects) && { seqNo }),
    ...(customsNo !== "" && { customsNo }),
  };
}

const NO_REFUSAL = { code: "", text: "", textEn: "" } as const;

/** Its send has not begun, in this attempt. */
function isWaiting(row: DocumentRow): boolean {
  return row.state === "claimed" || isPutOff(row);
}

/** It waits, and not for the first time: it was given to the broker before. */
function waitsToGoAgain(row: DocumentRow): boolean {
  return isWaiting(row) && (row.sentAt > 0 || row.sendingAt > 0);
}

/** Ends a resend that waits. */
function ends(to: DocumentState, change: DocumentChange): ReceiptEffect {
  return { to, change: { ...change, ...NO_REFUSAL, retryAt: 0 } };
}
