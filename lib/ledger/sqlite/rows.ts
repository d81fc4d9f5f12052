import { ImportClientError } from "../../errors.js";
import { earlierNumbers, WHOLE } from "../rules/earlier-numbers.js";
import { assertOwner, type Owner } from "../rules/owner.js";
import { assertMayFollow } from "../rules/states.js";
import type { DocumentChange, DocumentRow, DocumentState, EventNote, ReceiptKeys, ReceiptRow } from "../types.js";
import {
  type Columns,
  DOCUMENT_COLUMNS,
  fromColumns,
  RECEIPT_COLUMNS,
  selected,
  toColumn,
  type Value,
} from "./columns.js";
import type { SqliteStore } from "./store.js";

const DOCUMENT = selected(DOCUMENT_COLUMNS, "documents");
const RECEIPT = selected(RECEIPT_COLUMNS, "receipts");

/** What a change does beside setting columns: to which state, from which ones. */
export interface Step {
  from?: readonly DocumentState[];
  to?: DocumentState | undefined;
  owner?: Owner;
}

/** The rows of documents, events and receipts as values; called within a read or a write of the store. */
export class Rows {
  constructor(
    private readonly store: SqliteStore,
    private readonly now: () => number,
  ) {}

  documents(condition: string, ...values: Value[]): DocumentRow[] {
    const rows = this.store.all(`SELECT ${DOCUMENT} FROM documents ${condition}`, ...values);
    return rows.map((row) => fromColumns(DOCUMENT_COLUMNS, row));
  }

  document(id: string): DocumentRow | undefined {
    return this.documents("WHERE id = ?", id)[0];
  }

  receipts(condition: string, ...values: Value[]): ReceiptRow[] {
    const rows = this.store.all(`SELECT ${RECEIPT} FROM receipts ${condition}`, ...values);
    return rows.map((row) => fromColumns(RECEIPT_COLUMNS, row));
  }

  enter(row: DocumentRow): void {
    this.insert("documents", DOCUMENT_COLUMNS, { ...row, updatedAt: this.now() });
  }

  enterReceipt(receipt: Omit<ReceiptRow, "id">): ReceiptRow {
    const { lastInsertRowid } = this.insert<ReceiptRow>("receipts", RECEIPT_COLUMNS.slice(1), receipt);
    return { ...receipt, id: Number(lastInsertRowid) };
  }

  /** Changes a document and writes the event. Throws SW-UNKNOWN-DOCUMENT, SW-STATE, SW-OWNER. */
  change(id: string, { from, to, owner }: Step, change: DocumentChange, note: EventNote | undefined): DocumentRow {
    const row = this.document(id);
    if (!row) {
      throw new ImportClientError("SW-UNKNOWN-DOCUMENT", {
        zh: `台账中没有单据 ${id}`,
        en: `the ledger has no document ${id}`,
      });
    }
    if (owner) assertOwner(row, owner, { zh: `单据 ${row.fileName} `, en: row.fileName });
    if (to !== undefined) assertMayFollow(id, row.state, to, from);
    const next: DocumentRow = { ...row, ...change, state: to ?? row.state, updatedAt: this.now() };
    const changed = DOCUMENT_COLUMNS.filter(([property]) => next[property] !== row[property]);
    const sets = changed.map(([, column]) => `${column} = ?`).join(", ");
    const values = changed.map(([property, , kind]) => toColumn(kind, next[property]));
    if (changed.length > 0) this.store.run(`UPDATE documents SET ${sets} WHERE id = ?`, ...values, id);
    const keep = "INSERT OR IGNORE INTO document_keys (key, kind, document_id, number) VALUES (?, ?, ?, ?)";
    for (const { key, kind } of earlierNumbers(row, next)) this.store.run(keep, key, kind, id, WHOLE);
    if (note) this.event(id, note);
    return next;
  }

  event(documentId: string, note: EventNote): void {
    this.store.run(
      "INSERT INTO events (document_id, at, event, code, text, text_en) VALUES (?, ?, ?, ?, ?, ?)",
      documentId,
      this.now(),
      note.event,
      note.code ?? "",
      note.text ?? "",
      note.textEn ?? "",
    );
  }

  private insert<Row>(table: string, columns: Columns<Row>, row: Partial<Row>) {
    const names = columns.map(([, column]) => column).join(", ");
    const marks = columns.map(() => "?").join(", ");
    const values = columns.map(([property, , kind]) => toColumn(kind, row[property]));
    return this.store.run(`INSERT INTO ${table} (${names}) VALUES (${marks})`, ...values);
  }
}

/** The columns to look a receipt up by, best first: the data centre's number, the own key, customs' number (domain 0, item 4). */
export function receiptKeyColumns(keys: ReceiptKeys): [column: string, value: string][] {
  const columns: [string, string][] = [
    ["seq_no", keys.seqNo],
    ["client_key", keys.clientKey],
    ["customs_no", keys.customsNo],
  ];
  return columns.filter(([, value]) => value !== "");
}
