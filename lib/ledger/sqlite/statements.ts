import type Database from "libsql";

/** Conditions differ in a bounded number of ways, update columns do not: the newest few hundred are kept. */
const KEPT = 300;

/** The prepared statements of one database, each made once. */
export class Statements {
  private readonly prepared = new Map<string, Database.Statement>();

  constructor(private readonly database: Database.Database) {}

  /** Throws what SQLite says of SQL that it cannot prepare. */
  of(sql: string): Database.Statement {
    let statement = this.prepared.get(sql);
    if (!statement) {
      if (this.prepared.size >= KEPT) this.prepared.delete(this.prepared.keys().next().value as string);
      statement = this.database.prepare(sql);
      this.prepared.set(sql, statement);
    }
    return statement;
  }

  clear(): void {
    this.prepared.clear();
  }
}
