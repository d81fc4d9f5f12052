import { BROKER } from "./broker.js";
import { CLAIMED_FILES } from "./claimed-files.js";
import { CLOCK, CLOCK_BACK } from "./clock.js";
import { DEPLOYS } from "./deploys.js";
import type { Fault } from "./fault.js";
import { FOLDERS, ROOT_AWAY, ROOT_EMPTY } from "./folders.js";
import { LEDGER } from "./ledger.js";
import { PROCESSES, TWO_PROCESSES } from "./processes.js";
import { RECEIPTS } from "./receipts.js";

/** The faults that everything has to survive. */
export const FAULTS: Record<string, Fault> = {
  ...BROKER,
  ...PROCESSES,
  ...DEPLOYS,
  ...FOLDERS,
  ...LEDGER,
  ...CLOCK,
  ...CLAIMED_FILES,
  ...RECEIPTS,
  "root away": { ...ROOT_AWAY, needsNodeRed: true },
};

/** Asked for by name only, until the client survives them too. */
const BY_NAME: Record<string, Fault> = {
  "two processes": TWO_PROCESSES,
  "root not there at the start": ROOT_AWAY,
  "an empty mount point": ROOT_EMPTY,
  "clock back": CLOCK_BACK,
};

/** `SW_FAULTS`: names, or parts of names, separated by commas; empty = all that everything has to survive. */
export function chosenFaults(names: string): Record<string, Fault> {
  const wanted = names.split(",").flatMap((name) => name.trim() || []);
  if (wanted.length === 0) return FAULTS;
  const all = Object.entries({ ...FAULTS, ...BY_NAME });
  const chosen = all.filter(([name]) => wanted.some((part) => name.includes(part)));
  if (chosen.length === 0) throw new Error(`no fault is called ${names}: ${all.map(([name]) => name).join("; ")}`);
  return Object.fromEntries(chosen);
}
