import { firstIdAt } from "../../ids.js";
import type { DocumentQuery } from "../types.js";
import { DOCUMENT_COLUMNS, selected, TEXT_COLUMNS } from "./columns.js";
import { type Dialect, isWord } from "./dialect.js";
import { all, type Statement, type Stored, type Value, type Work } from "./work.js";

/** A filter that keeps so few documents is followed by its index; a text that is rarer still costs little there too. */
const FEW = 2_000;

export const PAGE = { usual: 100, longest: 1000 };

/**
 * Whether a query is answered from an index that already has the answer's order: a few hundred rows read, whatever the
 * ledger holds. All others are given to `Store.find`.
 */
export function isQuick(query: DocumentQuery): boolean {
  return !query.q && !query.key && !query.fileName && !query.late;
}

/**
 * Documents that a query asks for, newest first, as stored. One page costs the same with a thousand documents and with a
 * million, but for a text of one or two characters, and a text that is in nearly every document beside a filter that is
 * not: these may read all.
 */
export function* findDocuments(query: DocumentQuery, dialect: Dialect): Work<Stored[]> {
  const limit = Math.min(Math.max(Math.trunc(query.limit ?? PAGE.usual) || PAGE.usual, 1), PAGE.longest);
  const where = conditions(query, dialect);
  const text = textOf(query, dialect);
  const name = nameOf(query, dialect);
  if (query.key) return yield newest([...keyOf(query), ...name, ...where, ...text], limit, dialect);
  if (name.length > 0) return yield newest([...name, ...where, ...text], limit, dialect);
  const found = text.length > 0 && !(yield* isFew(query, where)) && byText(query, [...where, ...text], limit, dialect);
  return newestOf(yield* found || alongStates(query, [...where, ...text], limit, dialect), limit);
}

/** How many documents a query asks for, by business and state: along an index that has both, or by what finds the few. */
export function* countDocuments(query: DocumentQuery, dialect: Dialect): Work<Stored[]> {
  const { limit: _, before: __, ...asked } = query;
  const where = [...keyOf(asked), ...nameOf(asked, dialect), ...conditions(asked, dialect), ...textOf(asked, dialect)];
  const joined = dialect.withText?.(asked.q ?? "");
  const business = dialect.word.grouped("documents.business");
  return yield all(
    `SELECT min(documents.business) AS business, documents.state AS state, count(*) AS count
      FROM ${joined?.from ?? "documents"} WHERE ${joined ? `${joined.condition} AND ` : ""}${sqlOf(where)}
      GROUP BY ${business}, documents.state ORDER BY ${business}, documents.state`,
    ...(joined ? [joined.value] : []),
    ...valuesOf(where),
  );
}

const LATE = `(documents.state = 'sent' AND documents.import_receipt_at = 0 AND documents.sent_at < ?
  OR documents.state = 'accepted' AND documents.business_receipt_at = 0
    AND documents.import_receipt_at > 0 AND documents.import_receipt_at < ?)`;

type Condition = readonly [sql: string, ...values: Value[]];

const sqlOf = (list: readonly Condition[]) => (list.length > 0 ? list.map(([sql]) => sql).join(" AND ") : "1 = 1");
const valuesOf = (list: readonly Condition[]) => list.flatMap(([, ...values]) => values);

function statesOf({ state }: DocumentQuery): readonly string[] {
  if (state === undefined) return [];
  return [...new Set(typeof state === "string" ? [state] : state)].filter((name) => name !== ("" as string));
}

/** All that is asked but the text: folder, states, time, and the place where the page before ended. */
function conditions(query: DocumentQuery, dialect: Dialect): Condition[] {
  const list: Condition[] = [];
  if (query.business) list.push([isWord("documents.business", dialect), query.business]);
  const states = statesOf(query);
  if (states.length > 0) list.push([`documents.state IN (${states.map(() => "?").join(", ")})`, ...states]);
  if (query.late) list.push([LATE, query.late.sentBefore, query.late.acceptedBefore]);
  if (query.before) list.push(["documents.id < ?", query.before]);
  if (query.from) list.push(["documents.id >= ?", firstIdAt(query.from)]);
  if (query.to) list.push(["documents.id < ?", firstIdAt(query.to + 1)]);
  return list;
}

const escaped = (text: string) => text.replace(/[\\%_]/g, "\\$&");

/** The text as a part of a name or number; `%` and `_` are characters like any other. */
function textOf({ q }: DocumentQuery, dialect: Dialect): Condition[] {
  if (!q) return [];
  const like = `%${escaped(q)}%`;
  const any = TEXT_COLUMNS.map((column) => dialect.contains(`documents.${column}`)).join(" OR ");
  return [[`(${any})`, ...TEXT_COLUMNS.map(() => like)]];
}

function* isFew(query: DocumentQuery, where: readonly Condition[]): Work<boolean> {
  const filtered = query.business || query.from || query.to || statesOf(query).length > 0;
  if (!filtered) return false;
  const sql = `SELECT count(*) AS n FROM (SELECT 1 FROM documents WHERE ${sqlOf(where)} LIMIT ${FEW}) AS few`;
  return Number((yield all(sql, ...valuesOf(where)))[0]?.n) < FEW;
}

/**
 * Along the index that has the answer's order. Each of several states has its own stretch of it, so each gives its newest
 * and the newest of these are the answer; SQLite alone would sort every row of all of them.
 */
function* alongStates(
  query: DocumentQuery,
  where: readonly Condition[],
  limit: number,
  dialect: Dialect,
): Work<Stored[]> {
  const states = statesOf(query);
  if (states.length < 2) return yield newest(where, limit, dialect);
  const rows: Stored[] = [];
  for (const state of states) {
    const single = where.map(
      (condition): Condition =>
        condition[0].startsWith("documents.state IN") ? ["documents.state = ?", state] : condition,
    );
    rows.push(...(yield newest(single, limit, dialect)));
  }
  return rows;
}

function selection(dialect: Dialect): string {
  return `documents.id AS id, ${selected(DOCUMENT_COLUMNS, "documents", dialect)}`;
}

function newest(where: readonly Condition[], limit: number, dialect: Dialect): Statement {
  const from = `SELECT ${selection(dialect)} FROM documents WHERE ${sqlOf(where)}`;
  return all(`${from} ORDER BY documents.id DESC LIMIT ${limit}`, ...valuesOf(where));
}

function newestOf(rows: Stored[], limit: number): Stored[] {
  return rows.sort((one, other) => (String(one.id) < String(other.id) ? 1 : -1)).slice(0, limit);
}

/** Documents that carry this number, whichever of the three it is, or that of an order, list or bill in them. */
function keyOf({ key }: DocumentQuery): Condition[] {
  if (!key) return [];
  const lookups = ["client_key", "seq_no", "customs_no"].map(
    (column) => `SELECT id FROM documents WHERE ${column} = ? AND ${column} <> ''`,
  );
  lookups.push("SELECT document_id FROM document_keys WHERE key = ?");
  return [[`documents.id IN (${lookups.join(" UNION ALL ")})`, key, key, key, key]];
}

/** The whole name, or its beginning when the query ends in `*`; without case. */
function nameOf({ fileName }: DocumentQuery, dialect: Dialect): Condition[] {
  if (!fileName) return [];
  if (!fileName.endsWith("*")) return [[isWord("documents.file_name", dialect), fileName]];
  const { word } = dialect;
  const name = word.column("documents.file_name");
  const start = fileName.slice(0, -1);
  return [[`${name} >= ${word.value} AND ${name} < ${word.value}`, start, `${start}\u{10ffff}`]];
}

function byText(
  { q, before }: DocumentQuery,
  where: readonly Condition[],
  limit: number,
  dialect: Dialect,
): Work<Stored[]> | undefined {
  const values = valuesOf(where);
  return dialect.byText?.({ text: q ?? "", select: selection(dialect), where: sqlOf(where), values, before, limit });
}
