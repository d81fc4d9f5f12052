import type { Dialect } from "../sql/dialect.js";
import { CLAIM_NAMES } from "./schema.js";

/**
 * PostgreSQL's texts hold no NUL, and the ledger gives back any text as it was. This code point is none that anybody may use for text
 * (Unicode: "noncharacter"); followed by 0 it stands for NUL, by 1 for itself.
 */
const MARK = "\u{10fffe}";

/** A text as it can be stored. */
export function stored(text: string): string {
  if (!text.includes("\0") && !text.includes(MARK)) return text;
  return text.replaceAll(MARK, `${MARK}1`).replaceAll("\0", `${MARK}0`);
}

/** A stored text as it was. */
export function restored(text: string): string {
  return text.includes(MARK) ? text.replaceAll(`${MARK}0`, "\0").replaceAll(`${MARK}1`, MARK) : text;
}

/** The same within JSON, where NUL is written otherwise. */
export function restoredJson(text: string): string {
  return text.includes(MARK) ? text.replaceAll(`${MARK}0`, "\\u0000").replaceAll(`${MARK}1`, MARK) : text;
}

/** Tables whose rows it numbers itself. */
const NUMBERED = [
  ["events", "id"],
  ["receipts", "id"],
  ["instances", "number"],
  ["pin_attempts", "number"],
] as const;

/** What PostgreSQL says in its own way. Its tables sort by bytes (`COLLATE "C"`), and there `lower` knows ASCII letters alone. */
export const POSTGRES: Dialect = {
  array: (expressions) => `json_build_array(${expressions.join(", ")})`,
  word: {
    column: (name) => `lower(${name})`,
    value: 'lower(?::text COLLATE "C")',
    grouped: (name) => `lower(${name})`,
  },
  contains: (column) => `${column} ILIKE ?`,
  rows: {
    value: (rows) =>
      JSON.stringify(rows.map((row) => row.map((field) => (typeof field === "string" ? stored(field) : field)))),
    table: "json_array_elements(?::json)",
    field: (index, kind) => (kind === "integer" ? `(value->>${index})::bigint` : `value->>${index}`),
  },
  filled: [
    ...NUMBERED.map(
      ([table, id]) =>
        `SELECT setval(pg_get_serial_sequence('${table}', '${id}'), (SELECT coalesce(max(${id}), 0) + 1 FROM ${table}), false)`,
    ),
    "DELETE FROM document_counts",
    "INSERT INTO document_counts SELECT state, count(*) FROM documents GROUP BY state",
    "DELETE FROM claimed_names",
    CLAIM_NAMES,
  ],
  emptied: [
    `TRUNCATE documents, document_counts, events, receipts, document_parts, document_keys, orphan_keys, claimed_names, facts`,
  ],
};

/** `?` one after the other as PostgreSQL counts them. None of our statements has one within a text. */
export function numbered(sql: string): string {
  let count = 0;
  return sql.replace(/\?/g, () => `$${++count}`);
}
