import { ImportClientError } from "../../errors.js";
import { earlierNumbers, WHOLE } from "../rules/earlier-numbers.js";
import { assertOwner, type Owner } from "../rules/owner.js";
import { assertMayFollow } from "../rules/states.js";
import type { DocumentChange, DocumentRow, DocumentState, EventNote, ReceiptKeys, ReceiptRow } from "../types.js";
import { type Columns, DOCUMENT_COLUMNS, fromColumns, RECEIPT_COLUMNS, selected, toColumn } from "./columns.js";
import type { Dialect } from "./dialect.js";
import { all, run, type Statement, type Value, type Work } from "./work.js";

/** What a change does beside setting columns: to which state, from which ones. */
export interface Step {
  from?: readonly DocumentState[];
  to?: DocumentState | undefined;
  owner?: Owner;
}

/** The rows of documents, events and receipts as values; work within a read or a write of the store. */
export class Rows {
  private readonly documentValue: string;
  private readonly receiptValue: string;

  constructor(
    dialect: Dialect,
    private readonly now: () => number,
  ) {
    this.documentValue = selected(DOCUMENT_COLUMNS, "documents", dialect);
    this.receiptValue = selected(RECEIPT_COLUMNS, "receipts", dialect);
  }

  *documents(condition: string, ...values: Value[]): Work<DocumentRow[]> {
    const rows = yield all(`SELECT ${this.documentValue} FROM documents ${condition}`, ...values);
    return rows.map((row) => fromColumns(DOCUMENT_COLUMNS, row));
  }

  *document(id: string): Work<DocumentRow | undefined> {
    return (yield* this.documents("WHERE id = ?", id))[0];
  }

  *receipts(condition: string, ...values: Value[]): Work<ReceiptRow[]> {
    const rows = yield all(`SELECT ${this.receiptValue} FROM receipts ${condition}`, ...values);
    return rows.map((row) => fromColumns(RECEIPT_COLUMNS, row));
  }

  *enter(row: DocumentRow): Work<void> {
    const { sql, values } = insert("documents", DOCUMENT_COLUMNS, { ...row, updatedAt: this.now() });
    yield run(sql, ...values);
  }

  *enterReceipt(receipt: Omit<ReceiptRow, "id">): Work<ReceiptRow> {
    const { sql, values } = insert<ReceiptRow>("receipts", RECEIPT_COLUMNS.slice(1), receipt);
    const [stored] = yield all(`${sql} RETURNING id`, ...values);
    return { ...receipt, id: Number(stored?.id) };
  }

  /** Changes a document and writes the event. Throws SW-UNKNOWN-DOCUMENT, SW-STATE, SW-OWNER. */
  *change(
    id: string,
    { from, to, owner }: Step,
    change: DocumentChange,
    note: EventNote | undefined,
  ): Work<DocumentRow> {
    const row = yield* this.document(id);
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
    if (changed.length > 0) yield run(`UPDATE documents SET ${sets} WHERE id = ?`, ...values, id);
    const keep =
      "INSERT INTO document_keys (key, kind, document_id, number) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
    for (const { key, kind } of earlierNumbers(row, next)) yield run(keep, key, kind, id, WHOLE);
    if (note) yield this.event(id, note);
    return next;
  }

  /** To be yielded: the entry of table `events`. */
  event(documentId: string, note: EventNote): Statement {
    return run(
      "INSERT INTO events (document_id, at, event, code, text, text_en) VALUES (?, ?, ?, ?, ?, ?)",
      documentId,
      this.now(),
      note.event,
      note.code ?? "",
      note.text ?? "",
      note.textEn ?? "",
    );
  }
}

function insert<Row>(table: string, columns: Columns<Row>, row: Partial<Row>): { sql: string; values: Value[] } {
  const names = columns.map(([, column]) => column).join(", ");
  const marks = columns.map(() => "?").join(", ");
  const values = columns.map(([property, , kind]) => toColumn(kind, row[property]));
  return { sql: `INSERT INTO ${table} (${names}) VALUES (${marks})`, values };
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
