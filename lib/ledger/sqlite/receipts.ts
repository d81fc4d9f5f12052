import type { MatchedBy } from "../../document.js";
import { receiptEffect } from "../rules/receipt-effect.js";
import type { DocumentRow, EventNote, NewReceipt, ReceiptRow } from "../types.js";
import type { Rows } from "./rows.js";
import type { SqliteStore } from "./store.js";

/** What a receipt did to its document. */
export interface Effect {
  row: DocumentRow;
  note: EventNote;
}

/** Receipts and what they do to documents; called within a write of the store. */
export class Receipts {
  constructor(
    private readonly store: SqliteStore,
    private readonly rows: Rows,
  ) {}

  /** Enters a receipt with its effect; one that was stored before comes back, and may find its document now. */
  add(receipt: NewReceipt): { duplicate: boolean; receipt: ReceiptRow; effect: Effect | undefined } {
    const earlier = this.repeated(receipt);
    if (earlier) {
      const adopts = earlier.documentId === null && receipt.documentId !== null;
      const found = { matchedBy: receipt.matchedBy };
      const effect = adopts ? this.adopt(earlier.id, receipt.documentId as string, found) : undefined;
      return { duplicate: true, receipt: earlier, effect };
    }
    const stored = this.rows.enterReceipt({ ...receipt, filed: false });
    const effect = receipt.documentId === null ? undefined : this.on(receipt.documentId, stored);
    return { duplicate: false, receipt: stored, effect };
  }

  /** Undefined when the receipt has a document already. */
  adopt(
    receiptId: number,
    documentId: string,
    found: { matchedBy: MatchedBy; file?: string } | undefined,
  ): Effect | undefined {
    const receipt = this.rows.receipts("WHERE id = ? AND document_id IS NULL", receiptId)[0];
    if (!receipt) return undefined;
    const { matchedBy, file } = { matchedBy: "" as const, file: receipt.file, ...found };
    const set = "UPDATE receipts SET document_id = ?, matched_by = ?, file = ? WHERE id = ?";
    this.store.run(set, documentId, matchedBy, file, receiptId);
    return this.on(documentId, { ...receipt, documentId, matchedBy, file });
  }

  /**
   * The same bytes again. Without any number in them they repeat each other only under the same message id. With numbers
   * they are a repeat whatever the route, except under another message id for another document that was sent since: a
   * corrected document that is refused for the same reason, or a second change, gets the very same bytes as its own answer.
   */
  private repeated(receipt: NewReceipt): ReceiptRow | undefined {
    const { sha256, messageId, clientKey, seqNo, customsNo, documentId } = receipt;
    const numbered = clientKey !== "" || seqNo !== "" || customsNo !== "";
    return this.rows.receipts("WHERE sha256 = ? LIMIT 100", sha256).find((row) => {
      if (row.messageId === messageId && (messageId !== "" || !numbered)) return true;
      if (!numbered) return false;
      if (documentId === null || row.documentId === null || row.documentId === documentId) return true;
      const other = this.rows.document(documentId);
      return other === undefined || other.sendingAt <= row.receivedAt;
    });
  }

  private on(documentId: string, receipt: ReceiptRow): Effect | undefined {
    const row = this.rows.document(documentId);
    if (!row) return undefined;
    const { to, change } = receiptEffect(receipt, row);
    const { format, code, textEn } = receipt;
    const text = [format, receipt.statusText || receipt.text].filter(Boolean).join(" ");
    const note: EventNote = { event: to ?? "receipt", code, text, textEn: textEn && `${format} ${textEn}` };
    return { row: this.rows.change(documentId, { to }, change, note), note };
  }
}
