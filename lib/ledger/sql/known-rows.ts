import type { DocumentRow } from "../types.js";
import { DOCUMENT_COLUMNS } from "./columns.js";

/** Documents that are kept: as many as are on their way at a time, and those that ended last. */
const MOST = 500;

/**
 * Documents as this process wrote them last: a document is asked for some ten times on its way, and nobody else writes its row. In a
 * store that one process has to itself that holds from one transaction to the next. Still another program may write into its file:
 * `version` says another number then, and nothing is known any more. Where several write, it holds within a transaction that keeps
 * the others out, also of what was only read there. Whoever undoes what was written empties it.
 */
export class KnownRows {
  private readonly rows = new Map<string, DocumentRow>();
  private seen: unknown;

  /**
   * `version` changes with each commit of somebody else; undefined says that nothing counts as known just now. Throws what the database
   * says. `keepsWhatIsRead`: not only what was written.
   */
  constructor(
    private readonly version: () => unknown,
    private readonly keepsWhatIsRead = false,
  ) {}

  /** A row of its own for whoever asks; undefined when it is to be read. */
  get(id: string): DocumentRow | undefined {
    const row = this.look(id);
    return row && { ...row };
  }

  /** The same for who changes nothing in it. */
  look(id: string): Readonly<DocumentRow> | undefined {
    const row = this.rows.get(id);
    if (!row) return undefined;
    const now = this.version();
    if (now === undefined) return undefined;
    if (now === this.seen) return row;
    this.seen = now;
    this.clear();
    return undefined;
  }

  /** A row was read. */
  read(row: DocumentRow): void {
    if (!this.keepsWhatIsRead) return;
    const now = this.version();
    if (now === undefined) return;
    if (now !== this.seen) this.clear();
    this.seen = now;
    this.set(row, []);
  }

  /** A row was written, of these columns or of all; it is committed, or `clear` is called. */
  set(row: DocumentRow, columns = DOCUMENT_COLUMNS): void {
    this.rows.delete(row.id);
    for (const [property] of columns) if (!comesBack(row[property])) return;
    this.rows.set(row.id, { ...row });
    if (this.rows.size > MOST) this.rows.delete(this.rows.keys().next().value as string);
  }

  delete(id: string): void {
    this.rows.delete(id);
  }

  clear(): void {
    this.rows.clear();
  }
}

/** Does a database give this value back as it is? */
function comesBack(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed() && !value.includes("\0");
  return value !== undefined;
}
