import type { MatchedBy } from "../../document.js";
import { partAfter } from "../rules/parts.js";
import { type PartsAfter, receiptEffect } from "../rules/receipt-effect.js";
import { assertNotAnswered, isRepeatOf, saysNumberRepeated, wasTakenIn } from "../rules/repeated-receipt.js";
import type { DocumentRow, EventNote, Expected, NewReceipt, PartKey, ReceiptPlace, ReceiptRow } from "../types.js";
import type { Parts } from "./parts.js";
import type { Rows } from "./rows.js";
import { run, type Statement, type Work } from "./work.js";

const PLACED = "folder = ?, file = ? WHERE id = ?";

/** What a receipt did to its document. */
export interface Effect {
  row: DocumentRow;
  note: EventNote;
}

/** Receipts and what they do to documents; work within a write of the store. */
export class Receipts {
  constructor(
    private readonly rows: Rows,
    private readonly parts: Parts,
  ) {}

  /** Enters a receipt with its effect; one that was stored before comes back, and may find its document now. */
  *add(
    receipt: NewReceipt,
    expected: Expected | undefined,
  ): Work<{ duplicate: boolean; receipt: ReceiptRow; effect: Effect | undefined }> {
    const earlier = yield* this.repeated(receipt, expected);
    if (earlier) {
      const adopts = earlier.documentId === null && receipt.documentId !== null;
      const found = { matchedBy: receipt.matchedBy };
      const effect = adopts ? yield* this.adopt(earlier.id, receipt.documentId as string, found) : undefined;
      return { duplicate: true, receipt: earlier, effect };
    }
    const stored = yield* this.rows.enterReceipt({ ...receipt, filed: false });
    if (receipt.documentId !== null) {
      return { duplicate: false, receipt: stored, effect: yield* this.on(receipt.documentId, stored) };
    }
    const waits = "INSERT INTO orphan_keys (key, receipt_id) VALUES (?, ?) ON CONFLICT DO NOTHING";
    for (const { key } of keysOf(stored)) yield run(waits, key, stored.id);
    return { duplicate: false, receipt: stored, effect: undefined };
  }

  /** Undefined when the receipt has a document already. */
  *adopt(
    receiptId: number,
    documentId: string,
    { matchedBy, place }: { matchedBy: MatchedBy; place?: ReceiptPlace },
  ): Work<Effect | undefined> {
    const [receipt] = yield* this.rows.receipts("WHERE id = ? AND document_id IS NULL", receiptId);
    if (!receipt) return undefined;
    const to = "UPDATE receipts SET document_id = ?, matched_by = ? WHERE id = ?";
    yield run(to, documentId, matchedBy, receiptId);
    for (const { key } of keysOf(receipt)) {
      yield run("DELETE FROM orphan_keys WHERE key = ? AND receipt_id = ?", key, receiptId);
    }
    if (place) yield this.place(receiptId, place);
    return yield* this.on(documentId, { ...receipt, documentId, matchedBy, ...place });
  }

  /** Those without a document that carry one of these keys, or one that leads to a document or a part of it. */
  *orphans(keys: readonly string[], ofDocument: string | undefined): Work<ReceiptRow[]> {
    const carrying = keys.map(() => "SELECT receipt_id FROM orphan_keys WHERE key = ?");
    const leading = `SELECT receipt_id FROM orphan_keys WHERE key IN (SELECT key FROM document_keys WHERE document_id = ?)`;
    const asked = ofDocument === undefined ? [] : [ofDocument];
    const named = [...carrying, ...asked.map(() => leading)].join(" UNION ");
    if (named === "") return [];
    const where = `WHERE id IN (${named}) AND document_id IS NULL ORDER BY id LIMIT 1000`;
    return yield* this.rows.receipts(where, ...keys, ...asked);
  }

  *markFiled(receiptId: number, place: ReceiptPlace | undefined): Work<void> {
    yield place
      ? run(`UPDATE receipts SET filed = 1, ${PLACED}`, place.folder, place.file, receiptId)
      : run("UPDATE receipts SET filed = 1 WHERE id = ?", receiptId);
  }

  private place(receiptId: number, { folder, file }: ReceiptPlace): Statement {
    return run(`UPDATE receipts SET ${PLACED}`, folder, file, receiptId);
  }

  /** The row of the same bytes that came before, when these repeat it (`isRepeatOf`). */
  private *repeated(receipt: NewReceipt, expected: Expected | undefined): Work<ReceiptRow | undefined> {
    const { sha256, messageId, documentId } = receipt;
    // A message that is brought again stays with the row that it made, whatever came since.
    const same = "WHERE sha256 = ? AND message_id = ? LIMIT 1";
    const [again] = messageId === "" ? [] : yield* this.rows.receipts(same, sha256, messageId);
    if (again || (expected === "undecided" && messageId !== "")) return again;
    const document = documentId === null ? undefined : yield* this.rows.document(documentId);
    if (document && typeof expected === "object") assertNotAnswered(receipt, document, expected);
    const before = yield* this.rows.receipts("WHERE sha256 = ? ORDER BY id DESC LIMIT 100", sha256);
    return before.find((row) => isRepeatOf(receipt, row, document));
  }

  private *on(documentId: string, receipt: ReceiptRow): Work<Effect | undefined> {
    const row = yield* this.rows.document(documentId);
    if (!row) return undefined;
    const stands =
      row.attempt > 1 && saysNumberRepeated(receipt) && wasTakenIn(yield* this.before(receipt, documentId));
    const { to, change } = receiptEffect(receipt, row, yield* this.onParts(row, receipt), stands);
    const { format, code, part, textEn } = receipt;
    const text = [format, part, receipt.statusText || receipt.text].filter(Boolean).join(" ");
    const note: EventNote = {
      event: stands ? "stands" : (to ?? "receipt"),
      code,
      text,
      textEn: textEn && `${format} ${textEn}`,
    };
    return { row: yield* this.rows.change(documentId, { to, anyones: true }, change, note), note };
  }

  /** What a document was told before this receipt, newest first. */
  private before({ id }: ReceiptRow, documentId: string): Work<ReceiptRow[]> {
    return this.rows.receipts("WHERE document_id = ? AND id < ? ORDER BY id DESC LIMIT 200", documentId, id);
  }

  /** The parts of a document after a receipt, and which of them it was about; undefined for a document that is whole. */
  private *onParts(row: DocumentRow, receipt: ReceiptRow): Work<PartsAfter | undefined> {
    if (["local", "subscription"].includes(receipt.kind) || (row.parts === 0 && receipt.part === "")) return undefined;
    const named =
      (yield* this.parts.called(row, receipt.part)) ??
      (yield* this.parts.named(row, keysOf(receipt))) ??
      (receipt.part === "" ? undefined : yield* this.parts.addNamed(row, receipt.part));
    const about = named && partAfter(named, receipt);
    if (about) yield* this.parts.save(row.id, about);
    return { ...(yield* this.parts.count(row)), aboutOne: about !== undefined || receipt.part !== "", about };
  }
}

/** Everything in a receipt that a document or a part of one may be known by, what names a part first. */
function keysOf({ part, clientKey, otherKeys, seqNo, customsNo }: ReceiptRow): PartKey[] {
  const own = [...new Set([part, clientKey, ...(otherKeys ?? [])])].map((key) => ({ key, kind: "own" }) as const);
  const keys: PartKey[] = [...own, { key: seqNo, kind: "seqNo" }, { key: customsNo, kind: "customsNo" }];
  return keys.filter(({ key }) => key !== "");
}
