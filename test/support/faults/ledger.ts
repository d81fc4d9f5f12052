import { join } from "node:path";
import Database from "libsql";
import { type Fault, pause } from "./fault.js";

const TRIES = 200;

/** Takes the one lock under which a ledger is written; a backup program does the same. */
async function lock(file: string): Promise<() => void> {
  const database = new Database(file);
  for (let tries = 1; ; tries++) {
    try {
      database.exec("BEGIN EXCLUSIVE");
      return () => {
        database.exec("ROLLBACK");
        database.close();
      };
    } catch (error) {
      // The client is writing just now.
      if (tries === TRIES) throw error;
      await pause(10);
    }
  }
}

export const LEDGER: Record<string, Fault> = {
  "ledger locked by another program": {
    lasts: [1_000, 12_000],
    begin: ({ stage }) => lock(join(stage.root, ".ledger", "ledger.db")),
  },
};
