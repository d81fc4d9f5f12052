import type { MatchedBy, Receipt } from "../../document.js";
import type { DocumentChange, DocumentRow, DocumentState } from "../types.js";
import { mayFollow } from "./states.js";

/** The send is proved by any answer (promises 1: "receipt for an unknown send becomes sent"). */
const PROVED_BY_ANSWER: readonly DocumentState[] = ["sending", "unknown", "held"];

/** The transfer's own receipt: it tells that a node of the way has the message, and nothing of what becomes of it. */
const TRANSFER = "DxpRep";

/** A document that was found without a number of its own may be the wrong one. */
const GUESSED: readonly MatchedBy[] = ["oldest", "fileName", "time"];

export interface ReceiptEffect {
  /** The state that the document goes to; undefined when it stays where it is. */
  to: DocumentState | undefined;
  change: DocumentChange;
}

/**
 * What a receipt does to the document that it answers. Only an import receipt makes a document accepted or rejected
 * (faq 21); a business receipt is a customs status on it. Numbers once known are never emptied by a later receipt.
 *
 * Evidence wins: once a document was ever sent, a good answer ends a resend that still waits, for what would go out again has
 * arrived. A receipt whose code nobody knows says nothing of success or failure.
 */
export function receiptEffect(receipt: Receipt, row: DocumentRow): ReceiptEffect {
  if (receipt.kind === "local") return { to: undefined, change: {} };
  const change = numbersOf(receipt, row);
  // This attempt has arrived, and at its own time: the archive must not take its file for the one of an attempt before.
  if (row.sendingAt > row.sentAt) change.sentAt = row.sendingAt;
  const proved = PROVED_BY_ANSWER.includes(row.state) ? "sent" : undefined;
  if (receipt.kind === "import") return importEffect(receipt, row, change, proved);
  const newest = receipt.at >= row.businessReceiptAt;
  // Receipts come in any order; the newest by customs' own time is the status.
  if (newest) {
    change.businessReceiptAt = receipt.at;
    change.statusCode = receipt.statusCode;
    change.statusText = receipt.statusText;
    if (receipt.outcome !== "unknown" && receipt.format !== TRANSFER) {
      change.statusOutcome = receipt.ok ? "good" : "refused";
    }
  }
  const taken = newest && receipt.ok && receipt.format !== TRANSFER;
  return taken && waitsToGoAgain(row) ? ends("sent", change) : { to: proved, change };
}

function importEffect(
  receipt: Receipt,
  row: DocumentRow,
  change: DocumentChange,
  proved: DocumentState | undefined,
): ReceiptEffect {
  if (receipt.outcome === "unknown") return { to: proved, change };
  const again = waitsToGoAgain(row);
  // Why it is sent again: the answer of the attempt before.
  if (again && !receipt.ok) return { to: undefined, change };
  if (!row.importReceiptAt) change.importReceiptAt = receipt.at;
  if (again) return ends("accepted", change);
  const to: DocumentState = receipt.ok ? "accepted" : "rejected";
  if (row.state === "claimed" || !mayFollow(row.state, to) || (to === "rejected" && row.state === "failed")) {
    return { to: undefined, change };
  }
  change.code = receipt.ok ? "" : receipt.code;
  change.text = receipt.ok ? "" : receipt.text;
  change.textEn = "";
  return { to, change };
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

/** Claimed, and not for the first time: it was given to the broker before. */
function waitsToGoAgain(row: DocumentRow): boolean {
  return row.state === "claimed" && (row.sentAt > 0 || row.sendingAt > 0);
}

/** Ends a resend that waits. */
function ends(to: DocumentState, change: DocumentChange): ReceiptEffect {
  return { to, change: { ...change, retryAt: 0, code: "", text: "", textEn: "" } };
}
