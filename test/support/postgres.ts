import { openLedger } from "../../lib/ledger/index.js";
import type { Ledger } from "../../lib/ledger/types.js";
import type { PrivatePostgres } from "../../scripts/private-postgres.js";

let schemas = 0;

/** Another schema of a test's database each time: an empty ledger's place. */
export function newPlace(postgres: PrivatePostgres): string {
  return `${postgres.url}?schema=ledger_${++schemas}&sslmode=disable`;
}

/** A new and empty ledger in a test's database. */
export function newLedger(postgres: PrivatePostgres): Promise<Ledger> {
  return openLedger(newPlace(postgres), { password: postgres.password });
}
