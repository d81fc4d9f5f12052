import { codeEntry } from "../../advice/index.js";
import type { Receipt } from "../../document.js";
import type { DocumentChange, DocumentRow, DocumentState } from "../types.js";
import { mayFollow } from "./states.js";

/** The send is proved by any answer (promises 1: "receipt for an unknown send becomes sent"). */
const PROVED_BY_ANSWER: readonly DocumentState[] = ["sending", "unknown", "held"];

/**
 * What a receipt does to the document that it answers. Only an import receipt makes a document accepted or rejected
 * (faq 21); a business receipt is a customs status on it. Numbers once known are never emptied by a later receipt.
 */
export function receiptEffect(
  receipt: Receipt,
  row: DocumentRow,
): { to: DocumentState | undefined; change: DocumentChange } {
  const change: DocumentChange = {};
  if (receipt.kind === "local") return { to: undefined, change };
  if (receipt.seqNo && !row.seqNo) change.seqNo = receipt.seqNo;
  if (row.sentAt === 0 && row.sendingAt > 0) change.sentAt = row.sendingAt;
  if (receipt.customsNo) change.customsNo = receipt.customsNo;
  if (receipt.kind === "import") {
    if (!row.importReceiptAt) change.importReceiptAt = receipt.at;
    const to: DocumentState = receipt.ok ? "accepted" : "rejected";
    if (!mayFollow(row.state, to) || (to === "rejected" && row.state === "failed")) return { to: undefined, change };
    change.code = receipt.ok ? "" : receipt.code;
    change.text = receipt.ok ? "" : receipt.text;
    change.textEn = "";
    return { to, change };
  }
  if (receipt.kind === "business") {
    // Receipts come in any order; the newest by customs' own time is the status.
    if (receipt.at >= row.businessReceiptAt) {
      change.businessReceiptAt = receipt.at;
      change.statusCode = receipt.statusCode;
      change.statusText = receipt.statusText;
      change.refused = isRefusal(receipt);
    }
    return { to: PROVED_BY_ANSWER.includes(row.state) ? "sent" : undefined, change };
  }
  return { to: undefined, change };
}

/** Customs took the document no further (退单). A code that is in no table says nothing of it. */
function isRefusal({ ok, format, code }: Receipt): boolean {
  return !ok && codeEntry(format, code, undefined, "business")?.outcome === "refused";
}
