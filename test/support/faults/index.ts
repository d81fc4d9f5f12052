import { BROKER } from "./broker.js";
import { CLAIMED_FILES } from "./claimed-files.js";
import { CLOCK } from "./clock.js";
import { DEPLOYS } from "./deploys.js";
import type { Fault } from "./fault.js";
import { ELSEWHERE, FOLDERS, ROOT_AWAY, ROOT_EMPTY } from "./folders.js";
import { LEDGER } from "./ledger.js";
import { FROZEN_AND_ANOTHER, PROCESSES, TWO_PROCESSES } from "./processes.js";
import { RECEIPTS } from "./receipts.js";

/** The faults that everything has to survive. */
export const FAULTS: Record<string, Fault> = {
  ...BROKER,
  ...PROCESSES,
  ...DEPLOYS,
  ...FOLDERS,
  ...ELSEWHERE,
  ...LEDGER,
  ...CLOCK,
  ...CLAIMED_FILES,
  ...RECEIPTS,
  "root away": ROOT_AWAY,
  "an empty mount point": ROOT_EMPTY,
  "two processes": TWO_PROCESSES,
  "another process while Node-RED is frozen": FROZEN_AND_ANOTHER,
};

/** `SW_FAULTS`: names, or parts of names, separated by commas; empty = all that everything has to survive. */
export function chosenFaults(names: string): Record<string, Fault> {
  const wanted = names.split(",").flatMap((name) => name.trim() || []);
  if (wanted.length === 0) return FAULTS;
  const all = Object.entries(FAULTS);
  const chosen = all.filter(([name]) => wanted.some((part) => name.includes(part)));
  if (chosen.length === 0) throw new Error(`no fault is called ${names}: ${all.map(([name]) => name).join("; ")}`);
  return Object.fromEntries(chosen);
}
