import { LEDGER_FACTS } from "../facts.js";
import { type Columns, DOCUMENT_COLUMNS, RECEIPT_COLUMNS } from "../sql/columns.js";
import type { Store } from "../sql/store.js";
import { all, type Stored, type Value, type Work } from "../sql/work.js";

/** A table that is copied, as every store has it. */
export interface Table {
  name: string;
  /** Columns that name a row; it has an index in their order. */
  key: readonly string[];
  columns: readonly string[];
  /** Columns that may have no value; in all others an older version may have left none, which is the same as empty. */
  nullable: readonly string[];
  /** Columns that count. */
  numbers: readonly string[];
  /** Condition for the rows that are copied. */
  where: string;
}

/** One row's values, in the order of the table's columns. */
export type Cells = Value[];

/** Values that name a row. */
export type Key = readonly (string | number)[];

function ofColumns<Row>(name: string, columns: Columns<Row>): Table {
  return {
    name,
    key: ["id"],
    columns: columns.map(([, column]) => column),
    nullable: columns.flatMap(([, column, kind]) => (kind === "json" || column === "document_id" ? column : [])),
    numbers: columns.flatMap(([, column, kind]) => (kind === "integer" || kind === "boolean" ? column : [])),
    where: "true",
  };
}

function table(name: string, key: readonly string[], columns: string, numbers: string, where = "true"): Table {
  return { name, key, columns: columns.split(" "), nullable: [], numbers: numbers.split(" "), where };
}

/** SQLite does not see to it that a part has its document, PostgreSQL does; without one it is of no use. */
const OF_A_DOCUMENT = "document_id IN (SELECT id FROM documents)";
const ITS_OWN = Object.values(LEDGER_FACTS)
  .map((name) => `'${name}'`)
  .join(", ");

/**
 * What a ledger is, in the order in which it is copied. Not among them: `instances`, who are those of one database; `claimed_names` and
 * `document_counts`, which follow from the documents; what cards have refused, which is handed to another record (`lib/migrate/ledger/move.ts`).
 */
export const TABLES: readonly Table[] = [
  ofColumns("documents", DOCUMENT_COLUMNS),
  table("events", ["id"], "id document_id at event code text text_en", "id at"),
  ofColumns("receipts", RECEIPT_COLUMNS),
  table(
    "document_parts",
    ["document_id", "number"],
    "document_id number name attempt taken status code text at seq_no customs_no",
    "number attempt at",
    OF_A_DOCUMENT,
  ),
  table(
    "document_keys",
    ["key", "kind", "document_id", "number"],
    "key kind document_id number",
    "number",
    OF_A_DOCUMENT,
  ),
  table("orphan_keys", ["key", "receipt_id"], "key receipt_id", "receipt_id"),
  table("facts", ["name"], "name value", "", `name NOT IN (${ITS_OWN})`),
];

/** The rows behind a key, in the order of their keys; with a condition instead, those that it holds for. */
function* select(
  { name, columns, where }: Table,
  { dialect }: Pick<Store, "dialect">,
  more: string,
  values: readonly Value[],
): Work<Stored[]> {
  return yield all(`SELECT ${dialect.array([...columns])} AS cells FROM ${name} WHERE ${where} ${more}`, ...values);
}

/** At most so many rows behind a key, or from the beginning, in the order of their keys. */
export async function pageOf(table: Table, store: Store, after: Key | undefined, limit: number): Promise<Cells[]> {
  const key = table.key.join(", ");
  const places = table.key.map(() => "?").join(", ");
  const behind = after ? `AND (${key}) > (${places})` : "";
  const rows = await store.read(() => select(table, store, `${behind} ORDER BY ${key} LIMIT ${limit}`, after ?? []));
  return rows.map((row) => cellsOf(table, row));
}

/** The rows with these keys, in no order: databases sort odd characters differently. */
export async function rowsWith(table: Table, store: Store, keys: readonly Key[]): Promise<Cells[]> {
  const one = `(${table.key.map((column) => `${column} = ?`).join(" AND ")})`;
  const rows = await store.read(() => select(table, store, `AND (${keys.map(() => one).join(" OR ")})`, keys.flat()));
  return rows.map((row) => cellsOf(table, row));
}

export async function countOf({ name, where }: Table, store: Store): Promise<number> {
  const [row] = await store.read(function* (): Work<Stored[]> {
    return yield all(`SELECT count(*) AS rows FROM ${name} WHERE ${where}`);
  });
  return Number(row?.rows);
}

export function keyOf(table: Table, cells: Cells): Key {
  return table.key.map((column) => cells[table.columns.indexOf(column)] as string | number);
}

function cellsOf(table: Table, { cells }: Stored): Cells {
  const values = JSON.parse(String(cells)) as Cells;
  const row = values.map((value, index) => {
    const column = table.columns[index] as string;
    return value !== null || table.nullable.includes(column) ? value : table.numbers.includes(column) ? 0 : "";
  });
  return table.name === "documents" ? unowned(table, row) : row;
}

/** Open documents belong to an instance of that one database: in another they are nobody's, and taken up when a client opens it. */
function unowned({ columns }: Table, row: Cells): Cells {
  if (row[columns.indexOf("settled")] === 0) {
    row[columns.indexOf("owner")] = "";
    row[columns.indexOf("epoch")] = 0;
  }
  return row;
}
