import type Database from "libsql";
import type { Transactions } from "./commit-queue.js";

/** The transactions of a database that its commit queue asks for; a job that fails is undone by a savepoint of its own. */
export function transactionsOf(database: Database.Database): Transactions {
  const run = (sql: string) => database.exec(sql);
  return {
    begin: () => run("BEGIN IMMEDIATE"),
    commit: () => run("COMMIT"),
    rollback: () => {
      if (database.inTransaction) run("ROLLBACK");
    },
    isolated: (job) => {
      run("SAVEPOINT job");
      try {
        const value = job();
        run("RELEASE job");
        return value;
      } catch (error) {
        run("ROLLBACK TO job; RELEASE job");
        throw error;
      }
    },
  };
}
