import { mayBeAnswered } from "../../business/index.js";
import type { MatchedBy } from "../../document.js";
import type { ImportClientError } from "../../errors.js";
import type { EarlierPinAttempts } from "../../signing/types.js";
import type { Instances } from "../instances.js";
import { asClaimed } from "../rules/identity.js";
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
  Expected,
  FoundPart,
  Ledger,
  LedgerLook,
  NewPart,
  NewReceipt,
  PartKey,
  ReceiptKeys,
  ReceiptPlace,
  ReceiptRow,
  States,
} from "../types.js";
import { DOCUMENT_COLUMNS, fromColumns } from "./columns.js";
import { type Dialect, isWord } from "./dialect.js";
import { earlierThan } from "./earlier.js";
import { eventsWhere, lastEventBefore, lastEventOf, wasOverdueSince } from "./events.js";
import { putFact } from "./facts.js";
import { SqlInstances } from "./instances.js";
import { Parts } from "./parts.js";
import { Receipts } from "./receipts.js";
import { Rows, receiptKeyColumns } from "./rows.js";
import { findDocuments, isQuick } from "./search.js";
import { PLACE, type Store } from "./store.js";
import { all, run, type Statement, type Stored, type Value, type Work } from "./work.js";

type Listener = (row: DocumentRow, note: EventNote) => void;

/** The ledger in a database that takes SQL. `now` is the clock, for tests. */
export class SqlLedger implements Ledger {
  private readonly rows: Rows;
  private readonly receipts: Receipts;
  private readonly parts: Parts;
  private readonly listeners = new Set<Listener>();
  private readonly dialect: Dialect;
  readonly instances: Instances | undefined;

  constructor(
    private readonly store: Store,
    readonly pins: EarlierPinAttempts,
    now: () => number = Date.now,
  ) {
    this.dialect = store.dialect;
    const { shared } = store;
    this.rows = new Rows(this.dialect, now, () => shared?.instance, store.knownRows);
    this.instances = shared && new SqlInstances(store, shared, this.rows, (row, note) => this.tell(row, note));
    this.parts = new Parts(this.dialect);
    this.receipts = new Receipts(this.rows, this.parts);
  }

  async claim(
    row: DocumentRow,
    options: { note?: EventNote; sameKey?: boolean; parts?: readonly NewPart[] } = {},
  ): Promise<DocumentRow | undefined> {
    const note = options.note ?? { event: "claimed" };
    const earlier = await this.write(function* (ledger) {
      const earlier = yield* earlierThan(row, options.sameKey ?? false, ledger.rows, ledger.dialect);
      yield* ledger.rows.enter(asClaimed(row, earlier));
      if (options.parts) yield* ledger.parts.enter(row.id, options.parts);
      yield ledger.rows.event(row.id, note);
      return earlier;
    });
    this.tell(row, note);
    return earlier;
  }

  async enter(row: DocumentRow, note: EventNote): Promise<void> {
    await this.write(function* ({ rows }) {
      yield* rows.enter(row);
      yield rows.event(row.id, note);
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

  async update(id: string, change: DocumentChange, note?: EventNote, whileIn?: States): Promise<DocumentRow> {
    const row = await this.store.write(() => this.rows.change(id, { from: whileIn }, change, note));
    if (note) this.tell(row, note);
    return row;
  }

  async withdraw(id: string): Promise<void> {
    const { sql, values } = this.own;
    await this.write(function* ({ store }) {
      store.knownRows?.delete(id);
      const never = "AND state = 'claimed' AND sending_at = 0 AND sent_at = 0";
      const gone = yield all(`DELETE FROM documents WHERE id = ? ${never} ${sql} RETURNING id`, id, ...values);
      if (gone.length === 0) return;
      // The newest one stays: a ledger that has come less far than it was seen to be is taken for an older copy.
      yield run("DELETE FROM events WHERE document_id = ? AND id < (SELECT max(id) FROM events)", id);
    });
  }

  async openAt(business: string, box: Box, boxName: string): Promise<DocumentRow | undefined> {
    // The business is looked at here: SQLite would go through all documents of it to spare the sorting of these few.
    const named = await this.documents("WHERE settled = 0 AND box_name = ? AND box = ? ORDER BY id", boxName, box);
    return named.find((row) => row.business.toLowerCase() === business.toLowerCase());
  }

  owns({ owner }: Pick<DocumentRow, "owner">): boolean {
    const { instance } = this.store.shared ?? {};
    return !instance || owner === instance.id;
  }

  get(id: string): Promise<DocumentRow | undefined> {
    return this.store.read(() => this.rows.document(id));
  }

  unsettled(page?: { after: string; limit: number }): Promise<DocumentRow[]> {
    const { sql, values } = this.own;
    if (!page) return this.documents(`WHERE settled = 0 ${sql} ORDER BY id`, ...values);
    const { after, limit } = page;
    return this.documents(`WHERE settled = 0 ${sql} AND id > ? ORDER BY id LIMIT ?`, ...values, after, limit);
  }

  waitingClaims(limit: number): Promise<DocumentRow[]> {
    const { sql, values } = this.own;
    const where = `WHERE settled = 0 ${sql} AND state = 'claimed' AND box = 'TempBox' AND retry_at = 0 AND wire = ''`;
    return this.documents(`${where} ORDER BY id LIMIT ?`, ...values, limit);
  }

  async query(query: DocumentQuery): Promise<DocumentRow[]> {
    const { store } = this;
    const stored = await (isQuick(query)
      ? store.read(() => findDocuments(query, store.dialect))
      : store.find({ query, count: false }));
    return stored.map((row) => fromColumns(DOCUMENT_COLUMNS, row));
  }

  async count(query: DocumentQuery): Promise<DocumentCount[]> {
    const rows = await this.store.find({ query, count: true });
    return rows.map(({ business, state, count }) => ({ business, state, count: Number(count) }) as DocumentCount);
  }

  bySha256(sha256: string): Promise<DocumentRow[]> {
    return this.documents("WHERE sha256 = ? ORDER BY id DESC LIMIT 100", sha256);
  }

  byClientKey(business: string, messageType: string, clientKey: string): Promise<DocumentRow[]> {
    return this.documents(
      `WHERE client_key = ? AND client_key <> '' AND ${isWord("business", this.dialect)} AND message_type = ? ORDER BY id DESC LIMIT 100`,
      clientKey,
      business,
      messageType,
    );
  }

  byPartKeys(keys: readonly PartKey[], answers: readonly string[]): Promise<FoundPart[]> {
    return this.read(function* ({ parts, rows }) {
      const found: FoundPart[] = [];
      const known = new Map<string, DocumentRow | undefined>();
      for (const { named, id } of yield* parts.documentsWith(keys)) {
        const row = known.get(id) ?? (yield* rows.document(id));
        known.set(id, row);
        if (row && mayBeAnswered(row.messageType, answers)) {
          found.push({ ...named, row, part: yield* parts.named(row, [named]) });
        }
      }
      return found;
    });
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
    return this.documents(`WHERE ${isWord("file_name", this.dialect)} ORDER BY id DESC LIMIT 100`, fileName);
  }

  async addReceipt(
    receipt: NewReceipt,
    expected?: Expected,
  ): Promise<{ duplicate: boolean; receipt: ReceiptRow; document: DocumentRow | undefined }> {
    const { duplicate, receipt: stored, effect } = await this.store.write(() => this.receipts.add(receipt, expected));
    if (effect) this.tell(effect.row, effect.note);
    return { duplicate, receipt: stored, document: effect?.row };
  }

  knowsReceipt(sha256: string, besides?: string): Promise<boolean> {
    const where = "SELECT 1 FROM receipts WHERE sha256 = ?";
    if (besides === undefined) return this.isThere(`${where} LIMIT 1`, sha256);
    return this.isThere(`${where} AND document_id IS NOT NULL AND document_id <> ? LIMIT 1`, sha256, besides);
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
    return this.read(function* ({ rows, parts }) {
      const document = yield* rows.document(id);
      if (!document) return undefined;
      const events = yield* eventsWhere("WHERE document_id = ? ORDER BY id LIMIT 1000", id);
      const receipts = yield* rows.receipts("WHERE document_id = ? ORDER BY id LIMIT 1000", id);
      return { document, parts: yield* parts.of(document), events, receipts };
    });
  }

  eventsAfter(id: number, limit: number): Promise<EventRow[]> {
    return this.store.read(() => eventsWhere("WHERE id > ? ORDER BY id LIMIT ?", id, limit));
  }

  lastEventBefore(at: number): Promise<number> {
    return this.store.read(() => lastEventBefore(at));
  }

  async hasEventAfter(documentId: string, id: number, events: readonly string[]): Promise<boolean> {
    return ((await this.lastEventOf(documentId, events))?.id ?? 0) > id;
  }

  lastEventOf(documentId: string, events: readonly string[]): Promise<EventRow | undefined> {
    return this.store.read(() => lastEventOf(documentId, events));
  }

  async recordOverdue(event: EventRow, missing: string, cursor: string): Promise<void> {
    const note: EventNote = { event: "overdue", text: missing };
    const row = await this.write(function* ({ rows }) {
      yield putFact(cursor, String(event.id));
      if (yield* wasOverdueSince(event, missing)) return undefined;
      yield rows.event(event.documentId, note);
      return yield* rows.document(event.documentId);
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
    const rows = await this.ask(all("SELECT state, count AS n FROM document_counts"));
    for (const { state, n } of rows) counts[state as DocumentState] = Number(n);
    return counts;
  }

  async fact(name: string): Promise<string | undefined> {
    const [row] = await this.ask(all("SELECT value FROM facts WHERE name = ?", name));
    return row && String(row.value);
  }

  async setFact(name: string, value: string): Promise<void> {
    await this.write(function* () {
      yield putFact(name, value);
    });
  }

  async place(): Promise<number> {
    return Number((await this.ask(all(PLACE)))[0]?.id);
  }

  onCommit(listener: (place: number) => void): () => void {
    return this.store.onCommit(listener);
  }

  onRefused(listener: (fault: ImportClientError) => void): () => void {
    return this.store.onRefused(listener);
  }

  async fence(fact: string, value: string): Promise<void> {
    this.unfence();
    await this.setFact(fact, value);
    this.store.fence({ fact, value });
  }

  unfence(): void {
    this.store.fence(undefined);
  }

  look(): LedgerLook {
    return this.store.look();
  }

  trouble(): ReturnType<Ledger["trouble"]> {
    return this.store.trouble?.();
  }

  expects(expected: Parameters<Ledger["expects"]>[0]): void {
    this.store.expects?.(expected);
  }

  stamp(mark: number): Promise<void> {
    return this.store.stamp(mark);
  }

  reopen(): Promise<void> {
    return this.store.reopen();
  }

  replace(create: boolean): Promise<void> {
    return this.store.replace(create);
  }

  mend(stamp: string): Promise<string> {
    return this.store.mend(stamp);
  }

  onChange(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): Promise<void> {
    return this.store.close();
  }

  /** Condition: own rows, where several share the ledger. */
  private get own(): { sql: string; values: string[] } {
    const { instance } = this.store.shared ?? {};
    return instance ? { sql: "AND owner = ?", values: [instance.id] } : { sql: "", values: [] };
  }

  private documents(condition: string, ...values: Value[]): Promise<DocumentRow[]> {
    return this.store.read(() => this.rows.documents(condition, ...values));
  }

  private read<T>(work: (ledger: SqlLedger) => Work<T>): Promise<T> {
    return this.store.read(() => work(this));
  }

  private write<T>(work: (ledger: SqlLedger) => Work<T>): Promise<T> {
    return this.store.write(() => work(this));
  }

  private ask(statement: Statement): Promise<Stored[]> {
    return this.read(function* (): Work<Stored[]> {
      return yield statement;
    });
  }

  private async isThere(sql: string, ...values: Value[]): Promise<boolean> {
    return (await this.ask(all(sql, ...values))).length > 0;
  }

  private tell(row: DocumentRow, note: EventNote): void {
    for (const listener of this.listeners) listener(row, note);
  }
}
