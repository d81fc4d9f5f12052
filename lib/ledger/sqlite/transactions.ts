import type Database from "libsql";
import AsynchronousDatabase from "libsql/promise";
import { codeOf } from "../../errors.js";
import type { Transactions } from "./commit-queue.js";

/** Another program has the file: what was asked for may work in a moment. */
export function isLocked(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error) ?? "");
}

/** The file is no sound database: no write may follow. */
export function isDamaged(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error) ?? "");
}

/** No room, no right, a disk that fails: whatever is written now meets the same. */
export function isUnwritable(error: unknown): boolean {
  return /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|PERM)/.test(codeOf(error) ?? "");
}

/** There is no room for what was to be written. */
export function isFull(error: unknown): boolean {
  return codeOf(error) === "SQLITE_FULL";
}

/**
 * Executes SQL in a thread of libsql's own, on a connection that is otherwise used at once. Until it has ended, whoever touches the
 * connection waits for it with the whole event loop. Both faces of libsql work on the same connection below `db`.
 */
export async function execElsewhere(database: Database.Database, sql: string): Promise<void> {
  await AsynchronousDatabase.prototype.exec.call(database as unknown as AsynchronousDatabase, sql);
}

/**
 * The transactions of a database that its commit queue asks for; a job that fails is undone by a savepoint of its own.
 * `assertMayWrite` is asked within each transaction, before its jobs; `undone` hears that what some of them wrote is no more.
 */
export function transactionsOf(
  database: Database.Database,
  hooks: { assertMayWrite(): void; undone(): void; committed(): void },
): Transactions {
  const run = (sql: string) => database.exec(sql);
  return {
    begin: () => {
      run("BEGIN IMMEDIATE");
      hooks.assertMayWrite();
    },
    commit: () => execElsewhere(database, "COMMIT"),
    rollback: () => {
      hooks.undone();
      // A closed one has none, and libsql ends the whole process when it is asked.
      if (database.open && database.inTransaction) run("ROLLBACK");
    },
    isolated: (job) => {
      run("SAVEPOINT job");
      try {
        const value = job();
        run("RELEASE job");
        return value;
      } catch (error) {
        hooks.undone();
        run("ROLLBACK TO job; RELEASE job");
        throw error;
      }
    },
    isLocked,
    committed: hooks.committed,
  };
}
