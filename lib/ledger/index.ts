import { ImportClientError } from "../errors.js";
import { setAside } from "./sqlite/files.js";
import { SqliteLedger } from "./sqlite/ledger.js";
import type { Ledger, OpenOptions } from "./types.js";

export type * from "./types.js";

/** Opens the ledger that a client's setting names; a test gives one that keeps it in memory. */
export type OpenLedger = typeof openLedger;

/**
 * Opens the ledger at a path. Rejects with SW-LEDGER when it is missing, damaged, locked or
 * of a newer version (`details.reason`).
 */
export async function openLedger(location: string, options: OpenOptions = {}): Promise<Ledger> {
  if (/^postgres(ql)?:/.test(location)) {
    throw new ImportClientError(
      "SW-LEDGER",
      { zh: "本版本尚不支持 PostgreSQL 台账", en: "this version does not have the PostgreSQL ledger yet" },
      { advice: { zh: "请将台账设为本地文件路径。", en: "Set the ledger to a path of a local file." } },
    );
  }
  return new SqliteLedger(location, options);
}

/** Puts a ledger that is not open under another name, with all that belongs to it. */
export function setLedgerAside(location: string, mark: string): void {
  setAside(location, mark);
}
