import { WHOLE } from "../rules/earlier-numbers.js";
import { asOf, NAMED, type PartsCount } from "../rules/parts.js";
import type { DocumentPart, DocumentRow, NewPart, PartKey } from "../types.js";
import type { Dialect } from "./dialect.js";
import { all, run, type Value, type Work } from "./work.js";

type Attempt = Pick<DocumentRow, "id" | "attempt">;

/** More parts than a document can have (9999 bills in a manifest): those behind it are not distinguished. */
const MOST = 10_000;
/** Parts that a story tells of. */
const LISTED = 1000;
/** Documents that are looked at for one key, newest first. */
const NEWEST = 100;

/** The orders, lists and bills that documents hold, and the keys that name them; work within a read or a write of the store. */
export class Parts {
  constructor(private readonly dialect: Dialect) {}

  /** Enters the parts of a document that is claimed. */
  *enter(documentId: string, parts: readonly NewPart[]): Work<void> {
    if (parts.length === 0) return;
    const entered = parts.slice(0, MOST);
    const { table, field, value } = this.dialect.rows;
    yield run(
      `INSERT INTO document_parts (document_id, number, name) SELECT ?, ${field(0, "integer")}, ${field(1, "text")} FROM ${table}`,
      documentId,
      value(entered.map(({ name }, index) => [index + 1, name])),
    );
    yield* this.addKeys(
      documentId,
      entered.flatMap(({ keys }, index) => keys.map((key) => [key, "own", index + 1] as const)),
    );
  }

  /** The parts of a document, as they stand for its attempt; of very many the first ones. */
  *of({ id, attempt }: Attempt): Work<DocumentPart[]> {
    const parts = yield* this.parts("ORDER BY number LIMIT ?", id, LISTED);
    return parts.map((part) => asOf(part, attempt));
  }

  /** How the parts of a document stand for its attempt. */
  *count({ id, attempt }: Attempt): Work<PartsCount> {
    const outcome = "coalesce(nullif(status, ''), taken)";
    const counts = [
      [outcome, "good", "good"],
      [outcome, "refused", "refused"],
      ["taken", "good", "takenGood"],
      ["taken", "refused", "takenRefused"],
    ].map(([column, word, name]) => `count(*) FILTER (WHERE attempt = ? AND ${column} = '${word}') AS "${name}"`);
    const [counted] = (yield all(
      `SELECT count(*) AS parts, ${counts.join(", ")} FROM document_parts WHERE document_id = ?`,
      ...counts.map(() => attempt),
      id,
    )) as unknown as [Omit<PartsCount, "refusals">];
    const refused = `AND attempt = ? AND ${outcome} = 'refused' ORDER BY number LIMIT ?`;
    return { ...counted, refusals: counted.refused > 0 ? yield* this.parts(refused, id, attempt, NAMED) : [] };
  }

  /** The one part of a document that is called so. */
  *called({ id, attempt }: Attempt, name: string): Work<DocumentPart | undefined> {
    const [part, another] = name === "" ? [] : yield* this.parts("AND name = ? LIMIT 2", id, name);
    return part && !another ? asOf(part, attempt) : undefined;
  }

  /** The one part of a document that the first of these keys names which names any. */
  *named(document: Attempt, keys: readonly PartKey[]): Work<DocumentPart | undefined> {
    const sql = `SELECT number FROM document_keys
      WHERE key = ? AND kind = ? AND document_id = ? AND number <> ${WHOLE} LIMIT 2`;
    for (const { key, kind } of keys) {
      const [found, another] = key === "" ? [] : yield all(sql, key, kind, document.id);
      // The number of a master bill is that of each of its house bills: it names none of them.
      if (found && !another) return yield* this.numbered(document, Number(found.number));
    }
    return undefined;
  }

  /** Ids of the documents with a part that each of these keys names, in the order of the keys, newest first. */
  *documentsWith(keys: readonly PartKey[]): Work<{ named: PartKey; id: string }[]> {
    const asked = keys.filter(({ key }) => key !== "");
    if (asked.length === 0) return [];
    const ids = `SELECT DISTINCT document_id AS id FROM document_keys WHERE key = ? AND kind = ? ORDER BY document_id DESC LIMIT ${NEWEST}`;
    const each = asked.map((_, place) => `SELECT ${place} AS place, id FROM (${ids}) AS few`);
    const sql = asked.length === 1 ? ids : each.join(" UNION ALL ");
    const found = yield all(sql, ...asked.flatMap(({ key, kind }) => [key, kind]));
    const ofKey = (wanted: number) =>
      found.filter(({ place = 0 }) => Number(place) === wanted).map(({ id }) => String(id));
    return asked.flatMap((named, place) =>
      ofKey(place)
        .sort(newestFirst)
        .map((id) => ({ named, id })),
    );
  }

  /** A part that a document was not known to have: it was claimed by an older version, or the receipt tells parts apart finer. */
  *addNamed(document: Attempt, name: string): Work<DocumentPart | undefined> {
    const [last] = yield all("SELECT max(number) AS number FROM document_parts WHERE document_id = ?", document.id);
    const number = Number(last?.number ?? 0) + 1;
    if (number > MOST) return undefined;
    const add = "INSERT INTO document_parts (document_id, number, name) VALUES (?, ?, ?)";
    yield run(add, document.id, number, name);
    yield* this.addKeys(document.id, [[name, "own", number]]);
    return yield* this.numbered(document, number);
  }

  *save(documentId: string, part: DocumentPart): Work<void> {
    const { number, attempt, taken, status, code, text, at, seqNo, customsNo } = part;
    yield run(
      `UPDATE document_parts SET attempt = ?, taken = ?, status = ?, code = ?, text = ?, at = ?, seq_no = ?, customs_no = ?
        WHERE document_id = ? AND number = ?`,
      ...[attempt, taken, status, code, text, at, seqNo, customsNo, documentId, number],
    );
    yield* this.addKeys(documentId, [
      [seqNo, "seqNo", number],
      [customsNo, "customsNo", number],
    ]);
  }

  private *numbered({ id, attempt }: Attempt, number: number): Work<DocumentPart | undefined> {
    const [part] = yield* this.parts("AND number = ?", id, number);
    return part && asOf(part, attempt);
  }

  private *parts(condition: string, documentId: string, ...values: Value[]): Work<DocumentPart[]> {
    const columns = `number, name, attempt, taken, status, code, text, at, seq_no AS "seqNo", customs_no AS "customsNo"`;
    const sql = `SELECT ${columns} FROM document_parts WHERE document_id = ? ${condition}`;
    return (yield all(sql, documentId, ...values)) as unknown as DocumentPart[];
  }

  private *addKeys(documentId: string, keys: readonly (readonly [string, PartKey["kind"], number])[]): Work<void> {
    const named = keys.filter(([key]) => key !== "");
    if (named.length === 0) return;
    const { table, field, value } = this.dialect.rows;
    // "WHERE true" tells SQLite that ON is no join's.
    const sql = `INSERT INTO document_keys (key, kind, document_id, number)
      SELECT ${field(0, "text")}, ${field(1, "text")}, ?, ${field(2, "integer")} FROM ${table} WHERE true ON CONFLICT DO NOTHING`;
    yield run(sql, documentId, value(named));
  }
}

/** Ids grow with time. */
function newestFirst(one: string, other: string): number {
  return one < other ? 1 : -1;
}
