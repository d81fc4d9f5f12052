import { WHOLE } from "../rules/earlier-numbers.js";
import { asOf, NAMED, type PartsCount } from "../rules/parts.js";
import type { DocumentPart, DocumentRow, NewPart, PartKey } from "../types.js";
import type { Value } from "./columns.js";
import type { SqliteStore } from "./store.js";

type Attempt = Pick<DocumentRow, "id" | "attempt">;

/** More parts than a document can have (9999 bills in a manifest): those behind it are not distinguished. */
const MOST = 10_000;
/** Parts that a story tells of. */
const LISTED = 1000;
/** Documents that are looked at for one key, newest first. */
const NEWEST = 100;

/** The orders, lists and bills that documents hold, and the keys that name them; called within a read or a write of the store. */
export class Parts {
  constructor(private readonly store: SqliteStore) {}

  /** Enters the parts of a document that is claimed. */
  enter(documentId: string, parts: readonly NewPart[]): void {
    const entered = parts.slice(0, MOST);
    this.store.run(
      "INSERT INTO document_parts (document_id, number, name) SELECT ?, key + 1, value FROM json_each(?)",
      documentId,
      JSON.stringify(entered.map(({ name }) => name)),
    );
    this.addKeys(
      documentId,
      entered.flatMap(({ keys }, index) => keys.map((key) => [key, "own", index + 1] as const)),
    );
  }

  /** The parts of a document, as they stand for its attempt; of very many the first ones. */
  of({ id, attempt }: Attempt): DocumentPart[] {
    return this.parts("ORDER BY number LIMIT ?", id, LISTED).map((part) => asOf(part, attempt));
  }

  /** How the parts of a document stand for its attempt. */
  count({ id, attempt }: Attempt): PartsCount {
    const outcome = "coalesce(nullif(status, ''), taken)";
    const counted = this.store.one(
      `SELECT count(*) AS parts,
          total(attempt = ?2 AND ${outcome} = 'good') AS good, total(attempt = ?2 AND ${outcome} = 'refused') AS refused,
          total(attempt = ?2 AND taken = 'good') AS takenGood, total(attempt = ?2 AND taken = 'refused') AS takenRefused
        FROM document_parts WHERE document_id = ?1`,
      id,
      attempt,
    ) as unknown as Omit<PartsCount, "refusals">;
    const refused = `AND attempt = ? AND ${outcome} = 'refused' ORDER BY number LIMIT ?`;
    return { ...counted, refusals: counted.refused > 0 ? this.parts(refused, id, attempt, NAMED) : [] };
  }

  /** The one part of a document that is called so. */
  called({ id, attempt }: Attempt, name: string): DocumentPart | undefined {
    const [part, another] = name === "" ? [] : this.parts("AND name = ? LIMIT 2", id, name);
    return part && !another ? asOf(part, attempt) : undefined;
  }

  /** The one part of a document that the first of these keys names which names any. */
  named(document: Attempt, keys: readonly PartKey[]): DocumentPart | undefined {
    const sql = `SELECT number FROM document_keys
      WHERE key = ? AND kind = ? AND document_id = ? AND number <> ${WHOLE} LIMIT 2`;
    for (const { key, kind } of keys) {
      const [found, another] = key === "" ? [] : this.store.all(sql, key, kind, document.id);
      // The number of a master bill is that of each of its house bills: it names none of them.
      if (found && !another) return this.numbered(document, Number(found.number));
    }
    return undefined;
  }

  /** Ids of the documents with a part that a key names, newest first. */
  documentsWith({ key, kind }: PartKey): string[] {
    const sql = `SELECT DISTINCT document_id AS id FROM document_keys WHERE key = ? AND kind = ?
      ORDER BY document_id DESC LIMIT ${NEWEST}`;
    return key === "" ? [] : this.store.all(sql, key, kind).map(({ id }) => String(id));
  }

  /** A part that a document was not known to have: it was claimed by an older version, or the receipt tells parts apart finer. */
  addNamed(document: Attempt, name: string): DocumentPart | undefined {
    const last = this.store.one("SELECT max(number) AS number FROM document_parts WHERE document_id = ?", document.id);
    const number = Number(last?.number ?? 0) + 1;
    if (number > MOST) return undefined;
    const add = "INSERT INTO document_parts (document_id, number, name) VALUES (?, ?, ?)";
    this.store.run(add, document.id, number, name);
    this.addKeys(document.id, [[name, "own", number]]);
    return this.numbered(document, number);
  }

  save(documentId: string, part: DocumentPart): void {
    const { number, attempt, taken, status, code, text, at, seqNo, customsNo } = part;
    this.store.run(
      `UPDATE document_parts SET attempt = ?, taken = ?, status = ?, code = ?, text = ?, at = ?, seq_no = ?, customs_no = ?
        WHERE document_id = ? AND number = ?`,
      ...[attempt, taken, status, code, text, at, seqNo, customsNo, documentId, number],
    );
    this.addKeys(documentId, [
      [seqNo, "seqNo", number],
      [customsNo, "customsNo", number],
    ]);
  }

  private numbered({ id, attempt }: Attempt, number: number): DocumentPart | undefined {
    const part = this.parts("AND number = ?", id, number)[0];
    return part && asOf(part, attempt);
  }

  private parts(condition: string, documentId: string, ...values: Value[]): DocumentPart[] {
    const columns = "number, name, attempt, taken, status, code, text, at, seq_no AS seqNo, customs_no AS customsNo";
    const sql = `SELECT ${columns} FROM document_parts WHERE document_id = ? ${condition}`;
    return this.store.all(sql, documentId, ...values) as unknown as DocumentPart[];
  }

  private addKeys(documentId: string, keys: readonly (readonly [string, PartKey["kind"], number])[]): void {
    const named = keys.filter(([key]) => key !== "");
    if (named.length === 0) return;
    const sql = `INSERT OR IGNORE INTO document_keys (key, kind, document_id, number)
      SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), ?, json_extract(value, '$[2]') FROM json_each(?)`;
    this.store.run(sql, documentId, JSON.stringify(named));
  }
}
