import { isPostgres, readPlace } from "./postgres/place.js";
import { PostgresStore } from "./postgres/store.js";
import { SqlLedger } from "./sql/ledger.js";
import type { Store } from "./sql/store.js";
import { setAside } from "./sqlite/files.js";
import { earlierPins } from "./sqlite/pins.js";
import { SqliteStore } from "./sqlite/store.js";
import type { Ledger, OpenOptions } from "./types.js";

export type * from "./types.js";

/** Opens the ledger that a client's setting names; a test gives one that keeps it in memory. */
export type OpenLedger = typeof openLedger;

/**
 * Opens the ledger at a path, or in a database (`postgres://…`, see `readPlace`). Rejects with SW-LEDGER when it is missing, damaged,
 * locked, away or of a newer version (`details.reason`), with SW-CONFIG for an address that is wrong, and with SW-PREREQUISITE when
 * the package for the database is not installed.
 */
export async function openLedger(location: string, options: OpenOptions = {}): Promise<Ledger> {
  return ledgerOn(await openStore(location, options), location);
}

/** The ledger over a store that is open. */
export function ledgerOn(store: Store, location: string): Ledger {
  // No earlier version could have kept PINs in a database.
  return new SqlLedger(store, isPostgres(location) ? { handOver: async () => {} } : earlierPins(store));
}

/** What lies under a ledger, to be copied as it is; as `openLedger`. */
export async function openStore(location: string, options: OpenOptions = {}): Promise<Store> {
  const { create = true, marks, password } = options;
  if (isPostgres(location)) return PostgresStore.open(readPlace(location), password, create);
  return new SqliteStore(location, create, marks);
}

/** Puts a ledger's file that is not open under another name, with all that belongs to it; returns that name. */
export function setLedgerAside(location: string, mark: string): string {
  return setAside(location, mark);
}
