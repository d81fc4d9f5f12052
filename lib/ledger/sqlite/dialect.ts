import type { Dialect, TextSearch } from "../sql/dialect.js";
import { all, type Stored, type Work } from "../sql/work.js";

/** Rows claimed at the same moment may be committed in another order than that of their ids. */
const OUT_OF_ORDER = 200;

const TEXT_JOIN = "documents_text CROSS JOIN documents ON documents.number = documents_text.rowid";

/** What SQLite says in its own way. */
export const SQLITE: Dialect = {
  array: (expressions) => `json_array(${expressions.join(", ")})`,
  word: { column: (name) => name, value: "? COLLATE NOCASE", grouped: (name) => `${name} COLLATE NOCASE` },
  contains: (column) => `${column} LIKE ? ESCAPE '\\'`,
  rows: {
    value: (rows) => JSON.stringify(rows),
    table: "json_each(?)",
    field: (index) => `json_extract(value, '$[${index}]')`,
  },
  withText: (text) => {
    const value = trigrams(text);
    return value === "" ? undefined : { from: TEXT_JOIN, condition: "documents_text MATCH ?", value };
  },
  byText: (search) => {
    const pieces = trigrams(search.text);
    return pieces === "" ? undefined : byText(pieces, search);
  },
  // Triggers see to all of it; and a file is put aside, not emptied.
  filled: [],
  emptied: [],
};

/** The text's pieces of three characters, as the text index keeps them, or empty when it is shorter. */
function trigrams(text: string): string {
  const characters = [...text.replaceAll("\0", "")];
  const pieces = new Set<string>();
  for (let at = 0; at + 3 <= characters.length; at++) pieces.add(characters.slice(at, at + 3).join(""));
  return [...pieces].map((piece) => `"${piece.replaceAll('"', '""')}"`).join(" AND ");
}

/**
 * By the text index, newest first, each hit looked at again: the index knows pieces, not their order. It stops as soon as
 * the page is full. Its order is that of the row numbers, hence a few rows more, which the order of ids then cuts.
 */
function* byText(pieces: string, { select, where, values, before, limit }: TextSearch): Work<Stored[]> {
  const [last] = before ? yield all("SELECT number FROM documents WHERE id = ?", before) : [];
  const place = last ? [Number(last.number) + OUT_OF_ORDER] : [];
  return yield all(
    `SELECT ${select} FROM ${TEXT_JOIN}
      WHERE documents_text MATCH ? ${last ? "AND documents_text.rowid < ?" : ""} AND ${where}
      ORDER BY documents_text.rowid DESC LIMIT ${limit + OUT_OF_ORDER}`,
    pieces,
    ...place,
    ...values,
  );
}
