import { mayBeAnswered } from "../../business/index.js";
import type { MatchedBy } from "../../document.js";
import { asClaimed, repeats } from "../rules/identity.js";
import type { Owner } from "../rules/owner.js";
import { STATES } from "../rules/states.js";
import type {
  Box,
  DocumentChange,
  DocumentCount,
  DocumentQuery,
  DocumentRow,
  DocumentState,
  EventNote,
  EventRow,
  FoundPart,
  Ledger,
  LedgerLook,
  NewPart,
  NewReceipt,
  OpenOptions,
  PartKey,
  ReceiptKeys,
  ReceiptPlace,
  ReceiptRow,
} from "../types.js";
import { DOCUMENT_COLUMNS, fromColumns, type Value } from "./columns.js";
import { Parts } from "./parts.js";
import { earlierPins } from "./pins.js";
import { LedgerReader } from "./reader.js";
import { Receipts } from "./receipts.js";
import { Rows, receiptKeyColumns } from "./rows.js";
import { findDocuments, isQuick } from "./search.js";
import { SqliteStore } from "./store.js";

const EVENT = "id, document_id AS documentId, at, event, code, text, text_en AS textEn";

type Listener = (row: DocumentRow, note: EventNote) => void;

/** The ledger in one SQLite file (libsql, WAL, synchronous FULL). `now` is the clock, for tests. */
export class SqliteLedger implements Ledger {
  private readonly store: SqliteStore;
  private readonly rows: Rows;
  private readonly receipts: Receipts;
  private readonly parts: Parts;
  private readonly listeners = new Set<Listener>();
  private reader: LedgerReader;
  readonly pins;

  /** `create`: a file that is missing is made, else it is a fault. Throws SW-LEDGER. */
  constructor(
    private readonly file: string,
    { create = true, marks = [], now = Date.now }: OpenOptions & { now?: () => number } = {},
  ) {
    this.store = new SqliteStore(file, create, marks);
    this.rows = new Rows(this.store, now);
    this.parts = new Parts(this.store);
    this.receipts = new Receipts(this.store, this.rows, this.parts);
    this.reader = new LedgerReader(file);
    this.pins = earlierPins({
      write: (job) => this.store.write(job),
      run: (sql, ...values) => this.store.run(sql, ...values),
      all: (sql, ...values) => this.store.all(sql, ...values),
    });
  }

  async claim(
    row: DocumentRow,
    options: { note?: EventNote; sameKey?: boolean; parts?: readonly NewPart[] } = {},
  ): Promise<DocumentRow | undefined> {
    const note = options.note ?? { event: "claimed" };
    const earlier = await this.store.write(() => {
      const earlier = this.earlier(row, options.sameKey ?? false);
      this.rows.enter(asClaimed(row, earlier));
      if (options.parts) this.parts.enter(row.id, options.parts);
      this.rows.event(row.id, note);
      return earlier;
    });
    this.tell(row, note);
    return earlier;
  }

  async enter(row: DocumentRow, note: EventNote): Promise<void> {
    await this.store.write(() => {
      this.rows.enter(row);
      this.rows.event(row.id, note);
    });
    this.tell(row, note);
  }

  async transition(
    id: string,
    step: { from: readonly DocumentState[]; to: DocumentState; owner?: Owner },
    change: DocumentChange,
    note: EventNote,
  ): Promise<DocumentRow> {
    const row = await this.store.write(() => this.rows.change(id, step, change, note));
    this.tell(row, note);
    return row;
  }

  async update(id: string, change: DocumentChange, note?: EventNote): Promise<DocumentRow> {
    const row = await this.store.write(() => this.rows.change(id, {}, change, note));
    if (note) this.tell(row, note);
    return row;
  }

  async withdraw(id: string): Promise<void> {
    await this.store.write(() => {
      const gone = "DELETE FROM documents WHERE id = ? AND state = 'claimed' AND sending_at = 0 AND sent_at = 0";
      if (this.store.run(gone, id).changes > 0) this.store.run("DELETE FROM events WHERE document_id = ?", id);
    });
  }

  async openAt(business: string, box: Box, boxName: string): Promise<DocumentRow | undefined> {
    const where = "WHERE settled = 0 AND box_name = ? AND box = ? AND business = ? COLLATE NOCASE ORDER BY id LIMIT 1";
    return (await this.documents(where, boxName, box, business))[0];
  }

  get(id: string): Promise<DocumentRow | undefined> {
    return this.store.read(() => this.rows.document(id));
  }

  unsettled(page?: { after: string; limit: number }): Promise<DocumentRow[]> {
    if (!page) return this.documents("WHERE settled = 0 ORDER BY id");
    return this.documents("WHERE settled = 0 AND id > ? ORDER BY id LIMIT ?", page.after, page.limit);
  }

  waitingClaims(limit: number): Promise<DocumentRow[]> {
    const where = "WHERE settled = 0 AND state = 'claimed' AND box = 'TempBox' AND retry_at = 0 ORDER BY id LIMIT ?";
    return this.documents(where, limit);
  }

  async query(query: DocumentQuery): Promise<DocumentRow[]> {
    const stored = isQuick(query)
      ? await this.store.read(() => findDocuments(query, (sql, values) => this.store.all(sql, ...values)))
      : await this.reader.find(query);
    return stored.map((row) => fromColumns(DOCUMENT_COLUMNS, row));
  }

  count(query: DocumentQuery): Promise<DocumentCount[]> {
    return this.reader.count(query);
  }

  bySha256(sha256: string): Promise<DocumentRow[]> {
    return this.documents("WHERE sha256 = ? ORDER BY id DESC LIMIT 100", sha256);
  }

  byClientKey(business: string, messageType: string, clientKey: string): Promise<DocumentRow[]> {
    return this.documents(
      "WHERE client_key = ? AND client_key <> '' AND business = ? COLLATE NOCASE AND message_type = ? ORDER BY id DESC LIMIT 100",
      clientKey,
      business,
      messageType,
    );
  }

  byPartKeys(keys: readonly PartKey[], answers: readonly string[]): Promise<FoundPart[]> {
    return this.store.read(() =>
      keys.flatMap((named) =>
        this.parts.documentsWith(named).flatMap((id) => {
          const row = this.rows.document(id);
          return row && mayBeAnswered(row.messageType, answers)
            ? [{ ...named, row, part: this.parts.named(row, [named]) }]
            : [];
        }),
      ),
    );
  }

  async byReceiptKeys(keys: ReceiptKeys): Promise<DocumentRow[]> {
    const found = new Map<string, DocumentRow>();
    for (const [column, value] of receiptKeyColumns(keys)) {
      const where = `WHERE ${column} = ? AND ${column} <> '' ORDER BY id DESC LIMIT 100`;
      for (const row of await this.documents(where, value)) {
        if (mayBeAnswered(row.messageType, keys.answers)) found.set(row.id, row);
      }
    }
    return [...found.values()];
  }

  byFileName(fileName: string): Promise<DocumentRow[]> {
    return this.documents("WHERE file_name = ? COLLATE NOCASE ORDER BY id DESC LIMIT 100", fileName);
  }

  async addReceipt(
    receipt: NewReceipt,
    expected?: Pick<DocumentRow, "importReceiptAt">,
  ): Promise<{ duplicate: boolean; receipt: ReceiptRow; document: DocumentRow | undefined }> {
    const { duplicate, receipt: stored, effect } = await this.store.write(() => this.receipts.add(receipt, expected));
    if (effect) this.tell(effect.row, effect.note);
    return { duplicate, receipt: stored, document: effect?.row };
  }

  knowsReceipt(sha256: string): Promise<boolean> {
    return this.store.read(
      () => this.store.one("SELECT 1 FROM receipts WHERE sha256 = ? LIMIT 1", sha256) !== undefined,
    );
  }

  async markFiled(receiptId: number, place?: ReceiptPlace): Promise<void> {
    await this.store.write(() => this.receipts.markFiled(receiptId, place));
  }

  orphans({ clientKey, seqNo, customsNo }: ReceiptKeys, ofDocument?: string): Promise<ReceiptRow[]> {
    const keys = [clientKey, seqNo, customsNo].filter((key) => key !== "");
    return this.store.read(() => this.receipts.orphans(keys, ofDocument));
  }

  async adopt(
    receiptId: number,
    documentId: string,
    found: { matchedBy: MatchedBy; place?: ReceiptPlace },
  ): Promise<boolean> {
    const effect = await this.store.write(() => this.receipts.adopt(receiptId, documentId, found));
    if (effect) this.tell(effect.row, effect.note);
    return effect !== undefined;
  }

  story(id: string): ReturnType<Ledger["story"]> {
    return this.store.read(() => {
      const document = this.rows.document(id);
      if (!document) return undefined;
      const events = this.events("WHERE document_id = ? ORDER BY id LIMIT 1000", id);
      const receipts = this.rows.receipts("WHERE document_id = ? ORDER BY id LIMIT 1000", id);
      return { document, parts: this.parts.of(document), events, receipts };
    });
  }

  eventsAfter(id: number, limit: number): Promise<EventRow[]> {
    return this.store.read(() => this.events("WHERE id > ? ORDER BY id LIMIT ?", id, limit));
  }

  lastEventBefore(at: number): Promise<number> {
    return this.store.read(() => {
      // Ids and times rise together, and times have no index: halving finds the place with some twenty looks.
      let before = 0;
      let after = this.store.place() + 1;
      while (after - before > 1) {
        const middle = Math.floor((before + after) / 2);
        const row = this.events("WHERE id >= ? ORDER BY id LIMIT 1", middle)[0] as EventRow;
        if (row.at < at) before = row.id;
        else after = middle;
      }
      return before;
    });
  }

  async hasEventAfter(documentId: string, id: number, events: readonly string[]): Promise<boolean> {
    return ((await this.lastEventOf(documentId, events))?.id ?? 0) > id;
  }

  lastEventOf(documentId: string, events: readonly string[]): Promise<EventRow | undefined> {
    const where = `WHERE document_id = ? AND event IN (${events.map(() => "?").join(", ")}) ORDER BY id DESC LIMIT 1`;
    return this.store.read(() => this.events(where, documentId, ...events)[0]);
  }

  async recordOverdue(event: EventRow, missing: string, cursor: string): Promise<void> {
    const note: EventNote = { event: "overdue", text: missing };
    const row = await this.store.write(() => {
      this.putFact(cursor, String(event.id));
      const reported =
        "SELECT 1 FROM events WHERE document_id = ? AND id > ? AND event = 'overdue' AND text = ? LIMIT 1";
      if (this.store.one(reported, event.documentId, event.id, missing)) return undefined;
      this.rows.event(event.documentId, note);
      return this.rows.document(event.documentId);
    });
    if (row) this.tell(row, note);
  }

  async keptFiles(states: readonly DocumentState[], before: number, limit: number): Promise<DocumentRow[]> {
    const found: DocumentRow[] = [];
    const where = "WHERE settled = 1 AND box <> 'none' AND state = ? AND updated_at < ? ORDER BY updated_at LIMIT ?";
    for (const state of states) found.push(...(await this.documents(where, state, before, limit - found.length)));
    return found;
  }

  keptAfter(
    state: DocumentState,
    { updatedAt, id }: Pick<DocumentRow, "updatedAt" | "id">,
    limit: number,
  ): Promise<DocumentRow[]> {
    const after = "updated_at >= ? AND (updated_at > ? OR id > ?) ORDER BY updated_at, id LIMIT ?";
    const where = `WHERE settled = 1 AND box <> 'none' AND state = ? AND ${after}`;
    return this.documents(where, state, updatedAt, updatedAt, id, limit);
  }

  async counts(): Promise<Record<DocumentState, number>> {
    const counts = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<DocumentState, number>;
    const rows = await this.store.read(() => this.store.all("SELECT state, count AS n FROM document_counts"));
    for (const { state, n } of rows) counts[state as DocumentState] = Number(n);
    return counts;
  }

  fact(name: string): Promise<string | undefined> {
    return this.store.read(() => this.factNow(name));
  }

  async setFact(name: string, value: string): Promise<void> {
    await this.store.write(() => this.putFact(name, value));
  }

  place(): Promise<number> {
    return this.store.read(() => this.store.place());
  }

  onCommit(listener: (place: number) => void): () => void {
    return this.store.onCommit(listener);
  }

  async fence(fact: string, value: string): Promise<void> {
    this.store.fence(undefined);
    await this.setFact(fact, value);
    this.store.fence({ fact, value });
  }

  look(): LedgerLook {
    return this.store.look();
  }

  async stamp(mark: number): Promise<void> {
    this.store.stamp(mark);
  }

  async reopen(): Promise<void> {
    await this.reader.close();
    await this.store.reopen();
    this.reader = new LedgerReader(this.file);
  }

  async replace(create: boolean): Promise<void> {
    await this.reader.close();
    this.store.replace(create);
    this.reader = new LedgerReader(this.file);
  }

  async mend(stamp: string): Promise<string> {
    await this.reader.close();
    this.reader = new LedgerReader(this.file);
    return this.store.mend(stamp);
  }

  onChange(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.reader.close();
    await this.store.close();
  }

  /** The document that a new one repeats, if that one stands in its way. */
  private earlier(row: DocumentRow, sameKey: boolean): DocumentRow | undefined {
    const alive = "state NOT IN ('failed', 'rejected') AND status_outcome <> 'refused' ORDER BY id DESC LIMIT 100";
    const looks: [condition: string, ...values: Value[]][] = [
      ["sha256 = ?", row.sha256],
      ["parts_sha256 = ? AND parts_sha256 <> ''", row.partsSha256],
    ];
    if (sameKey) {
      const key = "client_key = ? AND client_key <> '' AND business = ? COLLATE NOCASE AND message_type = ?";
      looks.push([
        `${key} AND operation = ? AND packet = ?`,
        row.clientKey,
        row.business,
        row.messageType,
        row.operation,
        row.packet,
      ]);
    }
    for (const [condition, ...values] of looks) {
      const found = this.rows
        .documents(`WHERE ${condition} AND ${alive}`, ...values)
        .find((earlier) => repeats(row, earlier, sameKey));
      if (found) return found;
    }
    return undefined;
  }

  private documents(condition: string, ...values: Value[]): Promise<DocumentRow[]> {
    return this.store.read(() => this.rows.documents(condition, ...values));
  }

  private events(condition: string, ...values: Value[]): EventRow[] {
    return this.store.all(`SELECT ${EVENT} FROM events ${condition}`, ...values) as unknown as EventRow[];
  }

  private factNow(name: string): string | undefined {
    const row = this.store.one("SELECT value FROM facts WHERE name = ?", name);
    return row && String(row.value);
  }

  private putFact(name: string, value: string): void {
    this.store.run("INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)", name, value);
  }

  private tell(row: DocumentRow, note: EventNote): void {
    for (const listener of this.listeners) listener(row, note);
  }
}
