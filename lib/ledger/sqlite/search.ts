import { firstIdAt } from "../../ids.js";
import type { DocumentCount, DocumentQuery } from "../types.js";
import { DOCUMENT_COLUMNS, selected, type Value } from "./columns.js";
import { TEXT_COLUMNS } from "./schema.js";

export type Stored = Record<string, unknown>;

const DOCUMENT = `documents.id AS id, ${selected(DOCUMENT_COLUMNS, "documents")}`;

/** Runs one reading statement on a ledger's database. */
export type Read = (sql: string, values: readonly Value[]) => Stored[];

/** A filter that keeps so few documents is followed by its index; a text that is rarer still costs little there too. */
const FEW = 2_000;
/** Rows claimed at the same moment may be committed in another order than that of their ids. */
const OUT_OF_ORDER = 200;

export const PAGE = { usual: 100, longest: 1000 };

/**
 * Whether a query is answered from an index that already has the answer's order: a few hundred rows read, whatever the
 * ledger holds. All others are given to the reading thread (`reader.ts`).
 */
export function isQuick(query: DocumentQuery): boolean {
  return !query.q && !query.key && !query.fileName && !query.late;
}

/**
 * Documents that a query asks for, newest first, as stored. One page costs the same with a thousand documents and with a
 * million, but for a text of one or two characters, and a text that is in nearly every document beside a filter that is
 * not: these may read all.
 */
export function findDocuments(query: DocumentQuery, read: Read): Stored[] {
  const limit = Math.min(Math.max(Math.trunc(query.limit ?? PAGE.usual) || PAGE.usual, 1), PAGE.longest);
  const where = conditions(query);
  const text = textOf(query);
  const name = nameOf(query);
  if (query.key) return read(...newest([...keyOf(query), ...name, ...where, ...text], limit));
  if (name.length > 0) return read(...newest([...name, ...where, ...text], limit));
  if (text.length === 0 || isFew(query, where, read)) return alongStates(query, [...where, ...text], limit, read);
  const pieces = trigrams(query.q ?? "");
  if (pieces === "") return alongStates(query, [...where, ...text], limit, read);
  return byText(pieces, query, [...where, ...text], limit, read);
}

/** How many documents a query asks for, by business and state: along an index that has both, or by what finds the few. */
export function countDocuments(query: DocumentQuery, read: Read): DocumentCount[] {
  const { limit: _, before: __, ...all } = query;
  const pieces = trigrams(all.q ?? "");
  const where = [...keyOf(all), ...nameOf(all), ...conditions(all), ...textOf(all)];
  const from = pieces === "" ? "documents" : TEXT_JOIN;
  const rows = read(
    `SELECT min(documents.business) AS business, documents.state AS state, count(*) AS count FROM ${from}
      WHERE ${pieces === "" ? "" : "documents_text MATCH ? AND "}${sqlOf(where)}
      GROUP BY documents.business COLLATE NOCASE, documents.state ORDER BY documents.business COLLATE NOCASE, documents.state`,
    [...(pieces === "" ? [] : [pieces]), ...valuesOf(where)],
  );
  return rows.map(({ business, state, count }) => ({ business, state, count: Number(count) }) as DocumentCount);
}

const TEXT_JOIN = "documents_text CROSS JOIN documents ON documents.number = documents_text.rowid";

const LATE = `(documents.state = 'sent' AND documents.import_receipt_at = 0 AND documents.sent_at < ?
  OR documents.state = 'accepted' AND documents.business_receipt_at = 0
    AND documents.import_receipt_at > 0 AND documents.import_receipt_at < ?)`;

type Condition = readonly [sql: string, ...values: Value[]];
type Statement = [sql: string, values: Value[]];

const sqlOf = (list: readonly Condition[]) => (list.length > 0 ? list.map(([sql]) => sql).join(" AND ") : "1");
const valuesOf = (list: readonly Condition[]) => list.flatMap(([, ...values]) => values);

function statesOf({ state }: DocumentQuery): readonly string[] {
  if (state === undefined) return [];
  return [...new Set(typeof state === "string" ? [state] : state)].filter((name) => name !== ("" as string));
}

/** All that is asked but the text: folder, states, time, and the place where the page before ended. */
function conditions(query: DocumentQuery): Condition[] {
  const list: Condition[] = [];
  if (query.business) list.push(["documents.business = ? COLLATE NOCASE", query.business]);
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
function textOf({ q }: DocumentQuery): Condition[] {
  if (!q) return [];
  const like = `%${escaped(q)}%`;
  const any = TEXT_COLUMNS.map((column) => `documents.${column} LIKE ? ESCAPE '\\'`).join(" OR ");
  return [[`(${any})`, ...TEXT_COLUMNS.map(() => like)]];
}

/** The text's pieces of three characters, as the text index keeps them, or empty when it is shorter. */
function trigrams(q: string): string {
  const characters = [...q.replaceAll("\0", "")];
  const pieces = new Set<string>();
  for (let at = 0; at + 3 <= characters.length; at++) pieces.add(characters.slice(at, at + 3).join(""));
  return [...pieces].map((piece) => `"${piece.replaceAll('"', '""')}"`).join(" AND ");
}

function isFew(query: DocumentQuery, where: readonly Condition[], read: Read): boolean {
  const filtered = query.business || query.from || query.to || statesOf(query).length > 0;
  if (!filtered) return false;
  const sql = `SELECT count(*) AS n FROM (SELECT 1 FROM documents WHERE ${sqlOf(where)} LIMIT ${FEW})`;
  return Number(read(sql, valuesOf(where))[0]?.n) < FEW;
}

/**
 * Along the index that has the answer's order. Each of several states has its own stretch of it, so each gives its newest
 * and the newest of these are the answer; SQLite alone would sort every row of all of them.
 */
function alongStates(query: DocumentQuery, where: readonly Condition[], limit: number, read: Read): Stored[] {
  const states = statesOf(query);
  if (states.length < 2) return read(...newest(where, limit));
  const rows = states.flatMap((state) => {
    const single = where.map(
      (condition): Condition =>
        condition[0].startsWith("documents.state IN") ? ["documents.state = ?", state] : condition,
    );
    return read(...newest(single, limit));
  });
  return newestOf(rows, limit);
}

function newest(where: readonly Condition[], limit: number): Statement {
  const sql = `SELECT ${DOCUMENT} FROM documents WHERE ${sqlOf(where)} ORDER BY documents.id DESC LIMIT ${limit}`;
  return [sql, valuesOf(where)];
}

function newestOf(rows: Stored[], limit: number): Stored[] {
  return rows.sort((one, other) => (String(one.id) < String(other.id) ? 1 : -1)).slice(0, limit);
}

/** Documents that carry this number, whichever of the three it is, or that of an order, list or bill in them. */
function keyOf({ key }: DocumentQuery): Condition[] {
  if (!key) return [];
  const lookups = ["client_key", "seq_no", "customs_no"].map(
    (column) => `SELECT number FROM documents WHERE ${column} = ? AND ${column} <> ''`,
  );
  lookups.push("SELECT number FROM documents WHERE id IN (SELECT document_id FROM document_keys WHERE key = ?)");
  return [[`documents.number IN (${lookups.join(" UNION ALL ")})`, key, key, key, key]];
}

/** The whole name, or its beginning when the query ends in `*`; without case. */
function nameOf({ fileName }: DocumentQuery): Condition[] {
  if (!fileName) return [];
  if (!fileName.endsWith("*")) return [["documents.file_name = ? COLLATE NOCASE", fileName]];
  const start = fileName.slice(0, -1);
  const range = "documents.file_name >= ? COLLATE NOCASE AND documents.file_name < ? COLLATE NOCASE";
  return [[range, start, `${start}\u{10ffff}`]];
}

/**
 * By the text index, newest first, each hit looked at again: the index knows pieces, not their order. It stops as soon as
 * the page is full. Its order is that of the row numbers, hence a few rows more, which the order of ids then cuts.
 */
function byText(
  pieces: string,
  query: DocumentQuery,
  where: readonly Condition[],
  limit: number,
  read: Read,
): Stored[] {
  const place: Condition[] = [];
  const last = query.before && read("SELECT number FROM documents WHERE id = ?", [query.before])[0];
  if (last) place.push(["documents_text.rowid < ?", Number(last.number) + OUT_OF_ORDER]);
  const rows = read(
    `SELECT ${DOCUMENT} FROM ${TEXT_JOIN}
      WHERE documents_text MATCH ? AND ${sqlOf([...place, ...where])}
      ORDER BY documents_text.rowid DESC LIMIT ${limit + OUT_OF_ORDER}`,
    [pieces, ...valuesOf([...place, ...where])],
  );
  return newestOf(rows, limit);
}
