import type Database from "libsql";
import { mayBeAnswered } from "../../business/index.js";
import type { MatchedBy } from "../../document.js";
import { ImportClientError, messageOf } from "../../errors.js";
import { receiptEffect } from "../rules/receipt-effect.js";
import { assertMayFollow, STATES } from "../rules/states.js";
import type {
  Box,
  DocumentChange,
  DocumentQuery,
  DocumentRow,
  DocumentState,
  EventNote,
  EventRow,
  Ledger,
  NewReceipt,
  ReceiptKeys,
  ReceiptRow,
} from "../types.js";
import { type Columns, DOCUMENT_COLUMNS, fromColumns, RECEIPT_COLUMNS, toColumn, type Value } from "./columns.js";
import { CommitQueue } from "./commit-queue.js";
import { ledgerError, openDatabase } from "./open-database.js";
import { sqlitePins } from "./pins.js";
import { LedgerReader } from "./reader.js";
import { findDocuments, isQuick, type Stored } from "./search.js";
import { Statements } from "./statements.js";
import { transactionsOf } from "./transactions.js";

const EVENT = "id, document_id AS documentId, at, event, code, text, text_en AS textEn";

type Listener = (row: DocumentRow, note: EventNote) => void;

/** The ledger in one SQLite file (libsql, WAL, synchronous FULL). `now` is the clock, for tests. */
export class SqliteLedger implements Ledger {
  private readonly database: Database.Database;
  private readonly statements: Statements;
  private readonly queue: CommitQueue;
  private readonly listeners = new Set<Listener>();
  private readonly reader: LedgerReader;
  private closed = false;
  readonly pins;

  constructor(
    file: string,
    private readonly now: () => number = Date.now,
  ) {
    this.database = openDatabase(file);
    this.statements = new Statements(this.database);
    this.reader = new LedgerReader(file);
    this.queue = new CommitQueue(transactionsOf(this.database));
    this.pins = sqlitePins({
      write: (job) => this.write(job),
      run: (sql, ...values) => this.statement(sql).run(...values),
      get: (sql, ...values) => this.statement(sql).get(...values) as Record<string, unknown> | undefined,
      now,
    });
  }

  async claim(
    row: DocumentRow,
    options: { note?: EventNote; sameKey?: boolean } = {},
  ): Promise<DocumentRow | undefined> {
    const note = options.note ?? { event: "claimed" };
    const repeated = await this.write(() => {
      const earlier = this.earlier(row, options.sameKey ?? false);
      this.insert("documents", DOCUMENT_COLUMNS, { ...row, updatedAt: this.now() });
      this.event(row.id, note);
      return earlier;
    });
    this.tell(row, note);
    return repeated;
  }

  async transition(
    id: string,
    { from, to }: { from: readonly DocumentState[]; to: DocumentState },
    change: DocumentChange,
    note: EventNote,
  ): Promise<DocumentRow> {
    const row = await this.write(() => this.apply(id, { from, to }, change, note));
    this.tell(row, note);
    return row;
  }

  async update(id: string, change: DocumentChange, note?: EventNote): Promise<DocumentRow> {
    const row = await this.write(() => this.apply(id, {}, change, note));
    if (note) this.tell(row, note);
    return row;
  }

  async withdraw(id: string): Promise<void> {
    await this.write(() => {
      const gone = "DELETE FROM documents WHERE id = ? AND state = 'claimed' AND sending_at = 0 AND sent_at = 0";
      if (this.statement(gone).run(id).changes > 0) {
        this.statement("DELETE FROM events WHERE document_id = ?").run(id);
      }
    });
  }

  async openAt(business: string, box: Box, boxName: string): Promise<DocumentRow | undefined> {
    const where = "WHERE settled = 0 AND box_name = ? AND box = ? AND business = ? COLLATE NOCASE ORDER BY id LIMIT 1";
    return this.documents(where, boxName, box, business)[0];
  }

  async get(id: string): Promise<DocumentRow | undefined> {
    return this.documents("WHERE id = ?", id)[0];
  }

  async unsettled(page?: { after: string; limit: number }): Promise<DocumentRow[]> {
    if (!page) return this.documents("WHERE settled = 0 ORDER BY id");
    return this.documents("WHERE settled = 0 AND id > ? ORDER BY id LIMIT ?", page.after, page.limit);
  }

  async waitingClaims(limit: number): Promise<DocumentRow[]> {
    const where = "WHERE settled = 0 AND state = 'claimed' AND box = 'TempBox' AND retry_at = 0 ORDER BY id LIMIT ?";
    return this.documents(where, limit);
  }

  async query(query: DocumentQuery): Promise<DocumentRow[]> {
    if (this.closed) throw ledgerError("台账已关闭", "the ledger is closed");
    const stored = isQuick(query)
      ? findDocuments(query, (sql, values) => this.statement(sql).all(...values) as Stored[])
      : await this.reader.find(query);
    return stored.map((row) => fromColumns(DOCUMENT_COLUMNS, row));
  }

  async bySha256(sha256: string): Promise<DocumentRow[]> {
    return this.documents("WHERE sha256 = ? ORDER BY id DESC LIMIT 100", sha256);
  }

  async byClientKey(business: string, messageType: string, clientKey: string): Promise<DocumentRow[]> {
    return this.documents(
      "WHERE client_key = ? AND client_key <> '' AND business = ? COLLATE NOCASE AND message_type = ? ORDER BY id DESC LIMIT 100",
      clientKey,
      business,
      messageType,
    );
  }

  async byReceiptKeys(keys: ReceiptKeys): Promise<DocumentRow[]> {
    const found = new Map<string, DocumentRow>();
    for (const [column, value] of receiptKeyColumns(keys)) {
      for (const row of this.documents(`WHERE ${column} = ? AND ${column} <> '' ORDER BY id DESC LIMIT 100`, value)) {
        if (mayBeAnswered(row.messageType, keys.answers)) found.set(row.id, row);
      }
    }
    return [...found.values()];
  }

  async byFileName(fileName: string): Promise<DocumentRow[]> {
    return this.documents("WHERE file_name = ? COLLATE NOCASE ORDER BY id DESC LIMIT 100", fileName);
  }

  async addReceipt(
    receipt: NewReceipt,
  ): Promise<{ duplicate: boolean; receipt: ReceiptRow; document: DocumentRow | undefined }> {
    const result = await this.write(() => {
      const earlier = this.repeatedReceipt(receipt);
      if (earlier) {
        const adopted =
          earlier.documentId === null && receipt.documentId !== null
            ? this.adoptNow(earlier.id, receipt.documentId, { matchedBy: receipt.matchedBy })
            : undefined;
        return { duplicate: true, receipt: earlier, document: adopted?.row, note: adopted?.note };
      }
      const { lastInsertRowid } = this.insert<ReceiptRow>("receipts", RECEIPT_COLUMNS.slice(1), {
        ...receipt,
        filed: false,
      });
      const stored: ReceiptRow = { ...receipt, id: Number(lastInsertRowid), filed: false };
      const effect = receipt.documentId === null ? undefined : this.receiptOn(receipt.documentId, stored);
      return { duplicate: false, receipt: stored, document: effect?.row, note: effect?.note };
    });
    if (result.document && result.note) this.tell(result.document, result.note);
    return { duplicate: result.duplicate, receipt: result.receipt, document: result.document };
  }

  async markFiled(receiptId: number): Promise<void> {
    await this.write(() => this.statement("UPDATE receipts SET filed = 1 WHERE id = ?").run(receiptId));
  }

  async orphans(keys: ReceiptKeys): Promise<ReceiptRow[]> {
    const found = new Map<number, ReceiptRow>();
    for (const [column, value] of receiptKeyColumns(keys)) {
      const where = `WHERE document_id IS NULL AND ${column} = ? AND ${column} <> '' ORDER BY id LIMIT 1000`;
      for (const row of this.receipts(where, value)) found.set(row.id, row);
    }
    return [...found.values()];
  }

  async adopt(
    receiptId: number,
    documentId: string,
    found?: { matchedBy: MatchedBy; file?: string },
  ): Promise<boolean> {
    const effect = await this.write(() => this.adoptNow(receiptId, documentId, found));
    if (effect) this.tell(effect.row, effect.note);
    return effect !== undefined;
  }

  async story(id: string): Promise<{ document: DocumentRow; events: EventRow[]; receipts: ReceiptRow[] } | undefined> {
    const document = this.documents("WHERE id = ?", id)[0];
    if (!document) return undefined;
    const events = this.statement(`SELECT ${EVENT} FROM events WHERE document_id = ? ORDER BY id LIMIT 1000`).all(
      id,
    ) as EventRow[];
    return { document, events, receipts: this.receipts("WHERE document_id = ? ORDER BY id LIMIT 1000", id) };
  }

  async eventsAfter(id: number, limit: number): Promise<EventRow[]> {
    return this.statement(`SELECT ${EVENT} FROM events WHERE id > ? ORDER BY id LIMIT ?`).all(id, limit) as EventRow[];
  }

  async lastEventBefore(at: number): Promise<number> {
    const newest = this.statement("SELECT max(id) AS id FROM events").get() as { id: number | null };
    // Ids and times rise together, and times have no index: halving finds the place with some twenty looks.
    let before = 0;
    let after = (newest.id ?? 0) + 1;
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      const row = this.statement("SELECT id, at FROM events WHERE id >= ? ORDER BY id LIMIT 1").get(middle);
      const { id, at: time } = row as { id: number; at: number };
      if (time < at) before = id;
      else after = middle;
    }
    return before;
  }

  async hasEventAfter(documentId: string, id: number, events: readonly string[]): Promise<boolean> {
    const marks = events.map(() => "?").join(", ");
    const sql = `SELECT 1 FROM events WHERE document_id = ? AND id > ? AND event IN (${marks}) LIMIT 1`;
    return this.statement(sql).get(documentId, id, ...events) !== undefined;
  }

  async recordOverdue(event: EventRow, missing: string, cursor: string): Promise<void> {
    const note: EventNote = { event: "overdue", text: missing };
    const row = await this.write(() => {
      this.putFact(cursor, String(event.id));
      const told = "SELECT 1 FROM events WHERE document_id = ? AND id > ? AND event = 'overdue' AND text = ? LIMIT 1";
      if (this.statement(told).get(event.documentId, event.id, missing)) return undefined;
      this.event(event.documentId, note);
      return this.documents("WHERE id = ?", event.documentId)[0];
    });
    if (row) this.tell(row, note);
  }

  async keptFiles(states: readonly DocumentState[], before: number, limit: number): Promise<DocumentRow[]> {
    const found: DocumentRow[] = [];
    const where = "WHERE settled = 1 AND box <> 'none' AND state = ? AND updated_at < ? ORDER BY updated_at LIMIT ?";
    for (const state of states) found.push(...this.documents(where, state, before, limit - found.length));
    return found;
  }

  async counts(): Promise<Record<DocumentState, number>> {
    const counts = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<DocumentState, number>;
    const rows = this.statement("SELECT state, count AS n FROM document_counts").all();
    for (const { state, n } of rows as { state: DocumentState; n: number }[]) counts[state] = n;
    return counts;
  }

  async fact(name: string): Promise<string | undefined> {
    return (this.statement("SELECT value FROM facts WHERE name = ?").get(name) as { value: string } | undefined)?.value;
  }

  async setFact(name: string, value: string): Promise<void> {
    await this.write(() => this.putFact(name, value));
  }

  onChange(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    await this.queue.drained();
    this.closed = true;
    await this.reader.close();
    this.statements.clear();
    this.database.close();
  }

  private async write<T>(job: () => T): Promise<T> {
    if (this.closed) throw ledgerError("台账已关闭", "the ledger is closed");
    try {
      return await this.queue.run(job);
    } catch (error) {
      if (error instanceof ImportClientError) throw error;
      throw ledgerError(
        `台账写入失败：${messageOf(error)}`,
        `the ledger cannot be written: ${messageOf(error)}`,
        error,
      );
    }
  }

  /** The document that a new one repeats, if that one is on its way or has arrived. */
  private earlier(row: DocumentRow, sameKey: boolean): DocumentRow | undefined {
    const alive = "state NOT IN ('failed', 'rejected') AND environment = ? AND client_id = ? ORDER BY id DESC LIMIT 1";
    const owner: Value[] = [row.environment, row.clientId];
    const same = this.documents(`WHERE sha256 = ? AND ${alive}`, row.sha256, ...owner)[0];
    if (same || !sameKey || row.clientKey === "") return same;
    const key = "client_key = ? AND client_key <> '' AND business = ? COLLATE NOCASE AND message_type = ?";
    return this.documents(`WHERE ${key} AND ${alive}`, row.clientKey, row.business, row.messageType, ...owner)[0];
  }

  private apply(
    id: string,
    { from, to }: { from?: readonly DocumentState[]; to?: DocumentState | undefined },
    change: DocumentChange,
    note: EventNote | undefined,
  ): DocumentRow {
    const row = this.documents("WHERE id = ?", id)[0];
    if (!row) {
      throw new ImportClientError("SW-UNKNOWN-DOCUMENT", {
        zh: `台账中没有单据 ${id}`,
        en: `the ledger has no document ${id}`,
      });
    }
    if (to !== undefined) assertMayFollow(id, row.state, to, from);
    const next: DocumentRow = { ...row, ...change, state: to ?? row.state, updatedAt: this.now() };
    const changed = DOCUMENT_COLUMNS.filter(([property]) => next[property] !== row[property]);
    const sets = changed.map(([, column]) => `${column} = ?`).join(", ");
    const values = changed.map(([property, , kind]) => toColumn(kind, next[property]));
    if (changed.length > 0) this.statement(`UPDATE documents SET ${sets} WHERE id = ?`).run(...values, id);
    if (note) this.event(id, note);
    return next;
  }

  /**
   * The same bytes again. Without any number in them they repeat each other only under the same message id. With numbers
   * they are a repeat whatever the route, except under another message id for another document that was sent since: a
   * corrected document that is refused for the same reason, or a second change, gets the very same bytes as its own answer.
   */
  private repeatedReceipt(receipt: NewReceipt): ReceiptRow | undefined {
    const { sha256, messageId, clientKey, seqNo, customsNo, documentId } = receipt;
    const numbered = clientKey !== "" || seqNo !== "" || customsNo !== "";
    return this.receipts("WHERE sha256 = ? LIMIT 100", sha256).find((row) => {
      if (row.messageId === messageId && (messageId !== "" || !numbered)) return true;
      if (!numbered) return false;
      if (documentId === null || row.documentId === null || row.documentId === documentId) return true;
      const other = this.documents("WHERE id = ?", documentId)[0];
      return other === undefined || other.sendingAt <= row.receivedAt;
    });
  }

  private adoptNow(
    receiptId: number,
    documentId: string,
    found: { matchedBy: MatchedBy; file?: string } | undefined,
  ): { row: DocumentRow; note: EventNote } | undefined {
    const receipt = this.receipts("WHERE id = ? AND document_id IS NULL", receiptId)[0];
    if (!receipt) return undefined;
    const { matchedBy, file } = { matchedBy: "" as const, file: receipt.file, ...found };
    const set = "UPDATE receipts SET document_id = ?, matched_by = ?, file = ? WHERE id = ?";
    this.statement(set).run(documentId, matchedBy, file, receiptId);
    return this.receiptOn(documentId, { ...receipt, documentId, matchedBy, file });
  }

  private receiptOn(documentId: string, receipt: ReceiptRow): { row: DocumentRow; note: EventNote } | undefined {
    const row = this.documents("WHERE id = ?", documentId)[0];
    if (!row) return undefined;
    const { to, change } = receiptEffect(receipt, row);
    const { format, code, textEn } = receipt;
    const text = [format, receipt.statusText || receipt.text].filter(Boolean).join(" ");
    const note: EventNote = { event: to ?? "receipt", code, text, textEn: textEn && `${format} ${textEn}` };
    return { row: this.apply(documentId, { to }, change, note), note };
  }

  private putFact(name: string, value: string): void {
    this.statement("INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)").run(name, value);
  }

  private event(documentId: string, note: EventNote): void {
    this.statement("INSERT INTO events (document_id, at, event, code, text, text_en) VALUES (?, ?, ?, ?, ?, ?)").run(
      documentId,
      this.now(),
      note.event,
      note.code ?? "",
      note.text ?? "",
      note.textEn ?? "",
    );
  }

  private insert<Row>(table: string, columns: Columns<Row>, row: Partial<Row>): Database.RunResult {
    const names = columns.map(([, column]) => column).join(", ");
    const marks = columns.map(() => "?").join(", ");
    const values = columns.map(([property, , kind]) => toColumn(kind, row[property]));
    return this.statement(`INSERT INTO ${table} (${names}) VALUES (${marks})`).run(...values);
  }

  private documents(condition: string, ...values: Value[]): DocumentRow[] {
    const rows = this.statement(`SELECT * FROM documents ${condition}`).all(...values) as Record<string, unknown>[];
    return rows.map((row) => fromColumns(DOCUMENT_COLUMNS, row));
  }

  private receipts(condition: string, ...values: Value[]): ReceiptRow[] {
    const rows = this.statement(`SELECT * FROM receipts ${condition}`).all(...values) as Record<string, unknown>[];
    return rows.map((row) => fromColumns(RECEIPT_COLUMNS, row));
  }

  private statement(sql: string): Database.Statement {
    return this.statements.of(sql);
  }

  private tell(row: DocumentRow, note: EventNote): void {
    for (const listener of this.listeners) listener(row, note);
  }
}

/** The columns to look a receipt up by, best first: the data centre's number, the own key, customs' number (domain 0, item 4). */
function receiptKeyColumns(keys: ReceiptKeys): [column: string, value: string][] {
  const columns: [string, string][] = [
    ["seq_no", keys.seqNo],
    ["client_key", keys.clientKey],
    ["customs_no", keys.customsNo],
  ];
  return columns.filter(([, value]) => value !== "");
}
