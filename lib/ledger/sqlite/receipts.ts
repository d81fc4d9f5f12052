import type { MatchedBy } from "../../document.js";
import { receiptEffect } from "../rules/receipt-effect.js";
import { assertNotAnswered, isRepeatOf } from "../rules/repeated-receipt.js";
import type { DocumentRow, EventNote, NewReceipt, ReceiptPlace, ReceiptRow } from "../types.js";
import type { Rows } from "./rows.js";
import type { SqliteStore } from "./store.js";

/** What a receipt did to its document. */
export interface Effect {
  row: DocumentRow;
  note: EventNote;
}

/** The document as it was when a receipt was found to answer it. */
export type Expected = Pick<DocumentRow, "importReceiptAt">;

/** Receipts and what they do to documents; called within a write of the store. */
export class Receipts {
  constructor(
    private readonly store: SqliteStore,
    private readonly rows: Rows,
  ) {}

  /** Enters a receipt with its effect; one that was stored before comes back, and may find its document now. */
  add(
    receipt: NewReceipt,
    expected: Expected | undefined,
  ): { duplicate: boolean; receipt: ReceiptRow; effect: Effect | undefined } {
    const earlier = this.repeated(receipt, expected);
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
    { matchedBy, place }: { matchedBy: MatchedBy; place?: ReceiptPlace },
  ): Effect | undefined {
    const receipt = this.rows.receipts("WHERE id = ? AND document_id IS NULL", receiptId)[0];
    if (!receipt) return undefined;
    this.store.run(
      "UPDATE receipts SET document_id = ?, matched_by = ? WHERE id = ?",
      documentId,
      matchedBy,
      receiptId,
    );
    if (place) this.place(receiptId, place);
    return this.on(documentId, { ...receipt, documentId, matchedBy, ...place });
  }

  markFiled(receiptId: number, place: ReceiptPlace | undefined): void {
    this.store.run("UPDATE receipts SET filed = 1 WHERE id = ?", receiptId);
    if (place) this.place(receiptId, place);
  }

  private place(receiptId: number, { folder, file }: ReceiptPlace): void {
    this.store.run("UPDATE receipts SET folder = ?, file = ? WHERE id = ?", folder, file, receiptId);
  }

  /** The row of the same bytes that came before, when these repeat it (`isRepeatOf`). */
  private repeated(receipt: NewReceipt, expected: Expected | undefined): ReceiptRow | undefined {
    const { sha256, messageId, documentId } = receipt;
    // A message that is brought again stays with the row that it made, whatever came since.
    const same = "WHERE sha256 = ? AND message_id = ? LIMIT 1";
    const again = messageId === "" ? undefined : this.rows.receipts(same, sha256, messageId)[0];
    if (again) return again;
    const document = documentId === null ? undefined : this.rows.document(documentId);
    if (document && expected) assertNotAnswered(receipt, document, expected);
    const before = this.rows.receipts("WHERE sha256 = ? ORDER BY id DESC LIMIT 100", sha256);
    return before.find((row) => isRepeatOf(receipt, row, document));
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
