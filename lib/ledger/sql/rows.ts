import { ImportClientError } from "../../errors.js";
import { type InstanceKey, nameOf, notOurs } from "../instances.js";
import { earlierNumbers, WHOLE } from "../rules/earlier-numbers.js";
import { isWorkOnClaim } from "../rules/ended.js";
import { assertOwner, type Owner } from "../rules/owner.js";
import { changedAt } from "../rules/retry.js";
import { assertMayFollow, assertStillIn } from "../rules/states.js";
import type {
  DocumentChange,
  DocumentRow,
  DocumentState,
  EventNote,
  ReceiptKeys,
  ReceiptRow,
  States,
} from "../types.js";
import { type Columns, DOCUMENT_COLUMNS, fromColumns, RECEIPT_COLUMNS, selected, toColumn } from "./columns.js";
import type { Dialect } from "./dialect.js";
import { freeNames, takeName } from "./instances.js";
import type { KnownRows } from "./known-rows.js";
import { all, run, type Statement, type Value, type Work } from "./work.js";

/** What a change does beside setting columns: to which state, from which ones. */
export interface Step {
  from?: States | undefined;
  to?: DocumentState | undefined;
  owner?: Owner;
  /** A receipt: whoever gets it stores it, whoever works on its document. */
  anyones?: boolean;
  /** Another instance's document, too, while it is in this state, in which nobody works on it: it is ours then. */
  takes?: DocumentState;
}

/** The database gives a receipt its number. */
const OF_RECEIPT = RECEIPT_COLUMNS.slice(1);
const INSERT_DOCUMENT = insert("documents", DOCUMENT_COLUMNS);
const INSERT_RECEIPT = `${insert("receipts", OF_RECEIPT)} RETURNING id`;

/** The rows of documents, events and receipts as values; work within a read or a write of the store. */
export class Rows {
  private readonly documentValue: string;
  private readonly receiptValue: string;
  /** Whole statements by their conditions, of which there are few: the same string is found again by its address. */
  private readonly selects = { documents: new Map<string, string>(), receipts: new Map<string, string>() };

  constructor(
    dialect: Dialect,
    private readonly now: () => number,
    /** Where several share the ledger: who we are. */
    private readonly me: () => InstanceKey | undefined = () => undefined,
    private readonly known?: KnownRows,
  ) {
    this.documentValue = selected(DOCUMENT_COLUMNS, "documents", dialect);
    this.receiptValue = selected(RECEIPT_COLUMNS, "receipts", dialect);
  }

  *documents(condition: string, ...values: Value[]): Work<DocumentRow[]> {
    const rows = yield all(this.select("documents", this.documentValue, condition), ...values);
    return rows.map((row) => fromColumns(DOCUMENT_COLUMNS, row));
  }

  *document(id: string): Work<DocumentRow | undefined> {
    const known = this.known?.get(id);
    if (known) return known;
    const [row] = yield* this.documents("WHERE id = ?", id);
    if (row) this.known?.read(row);
    return row;
  }

  *receipts(condition: string, ...values: Value[]): Work<ReceiptRow[]> {
    const rows = yield all(this.select("receipts", this.receiptValue, condition), ...values);
    return rows.map((row) => fromColumns(RECEIPT_COLUMNS, row));
  }

  private select(table: "documents" | "receipts", value: string, condition: string): string {
    const known = this.selects[table];
    let sql = known.get(condition);
    if (sql === undefined) {
      sql = `SELECT ${value} FROM ${table} ${condition}`;
      known.set(condition, sql);
    }
    return sql;
  }

  *enter(row: DocumentRow): Work<void> {
    const me = this.me();
    const own = me && { owner: me.id, epoch: 1 };
    const entered = { ...row, updatedAt: this.now(), ...own };
    yield run(INSERT_DOCUMENT, ...valuesOf(DOCUMENT_COLUMNS, entered));
    this.known?.set(entered);
    if (me && row.state === "claimed" && !row.settled) yield* takeName(row, row.fileName, me.id);
  }

  *enterReceipt(receipt: Omit<ReceiptRow, "id">): Work<ReceiptRow> {
    const [stored] = yield all(INSERT_RECEIPT, ...valuesOf<ReceiptRow>(OF_RECEIPT, receipt));
    return { ...receipt, id: Number(stored?.id) };
  }

  /** Changes a document and writes the event. Throws SW-UNKNOWN-DOCUMENT, SW-STATE, SW-OWNER, SW-FENCED. */
  *change(
    id: string,
    { from, to, owner, anyones, takes }: Step,
    change: DocumentChange,
    note: EventNote | undefined,
  ): Work<DocumentRow> {
    const row = this.known?.look(id) ?? (yield* this.document(id));
    if (!row) {
      throw new ImportClientError("SW-UNKNOWN-DOCUMENT", {
        zh: `台账中没有单据 ${id}`,
        en: `the ledger has no document ${id}`,
      });
    }
    if (owner) assertOwner(row, owner, { zh: `单据 ${row.fileName} `, en: row.fileName });
    if (to !== undefined) assertMayFollow(id, row.state, to, from);
    else if (from) assertStillIn(row, from);
    const me = anyones ? undefined : this.me();
    const isWorkedOn = !row.settled || (to === undefined && isWorkOnClaim(change));
    if (me && row.owner !== me.id && isWorkedOn && row.state !== takes) {
      const [holder] = yield all("SELECT host, pid FROM instances WHERE id = ?", row.owner);
      throw notOurs(row.fileName, holder && nameOf({ host: String(holder.host), pid: Number(holder.pid) }));
    }
    const next: DocumentRow = {
      ...row,
      updatedAt: changedAt(row, change, this.now()),
      ...change,
      state: to ?? row.state,
    };
    // Nobody works on what is settled: who takes it up again has it.
    if (me && row.owner !== me.id) Object.assign(next, { owner: me.id, epoch: row.epoch + 1 });
    const changed = differing(next, row, change);
    const sets = changed.map(([, column]) => `${column} = ?`).join(", ");
    const values = changed.map(([property, , kind]) => toColumn(kind, next[property]));
    // Nobody else writes between the look at the row and this.
    const where = "WHERE id = ? AND owner = ? AND epoch = ?";
    if (changed.length > 0) yield run(`UPDATE documents SET ${sets} ${where}`, ...values, id, row.owner, row.epoch);
    this.known?.set(next, changed);
    if (this.me()) yield* this.names(row, next);
    const keep =
      "INSERT INTO document_keys (key, kind, document_id, number) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
    for (const { key, kind } of earlierNumbers(row, next)) yield run(keep, key, kind, id, WHOLE);
    if (note) yield this.event(id, note);
    return next;
  }

  /** A name in OutBox is the document's while it is claimed, and another one when it goes back under another. */
  private *names(row: DocumentRow, next: DocumentRow): Work<void> {
    const claimed = next.state === "claimed" && !next.settled;
    if (row.state === "claimed" && !claimed) yield freeNames(row.id);
    const moved = next.box === "OutBox" && (row.box !== "OutBox" || row.boxName !== next.boxName);
    if (claimed && moved) yield* takeName(next, next.boxName, next.owner);
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

type Column = (typeof DOCUMENT_COLUMNS)[number];

const COLUMN_OF: ReadonlyMap<string, Column> = new Map(DOCUMENT_COLUMNS.map((column) => [column[0], column]));
/** What a change may set beside what it names. */
const ALSO = ["state", "updatedAt", "owner", "epoch"];

/** The columns in which a changed row differs. */
function differing(next: DocumentRow, row: DocumentRow, change: DocumentChange): Column[] {
  const changed: Column[] = [];
  for (const names of [Object.keys(change), ALSO]) {
    for (const name of names) {
      const column = COLUMN_OF.get(name);
      if (column && next[column[0]] !== row[column[0]] && !changed.includes(column)) changed.push(column);
    }
  }
  return changed;
}

function insert<Row>(table: string, columns: Columns<Row>): string {
  const names = columns.map(([, column]) => column).join(", ");
  return `INSERT INTO ${table} (${names}) VALUES (${columns.map(() => "?").join(", ")})`;
}

function valuesOf<Row>(columns: Columns<Row>, row: Partial<Row>): Value[] {
  return columns.map(([property, , kind]) => toColumn(kind, row[property]));
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
