import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
} from "node:fs";
import { codeOf } from "../../errors.js";
import { assertPlainFile } from "../../plain-file.js";

/** SQLite's own files beside the ledger. */
export const BESIDE = ["-wal", "-shm"];

/** Of the ledger's file and those beside it, in this order. */
export function statsOf(file: string): (Stats | undefined)[] {
  return ["", ...BESIDE].map((end) => statSync(file + end, { throwIfNoEntry: false }));
}

export function isSame(one: Stats | undefined, other: Stats | undefined): boolean {
  return one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev;
}

/** Puts a ledger's file and what is beside it under another name. Returns that name, empty when there was no file. */
export function setAside(file: string, mark: string): string {
  const aside = `${file}.${mark}`;
  const isThere = existsSync(file);
  for (const end of ["", ...BESIDE]) {
    if (existsSync(file + end)) renameSync(file + end, aside + end);
  }
  return isThere ? aside : "";
}

/** Removes what a connection had beside its file, unless somebody has put other files there. */
export function removeBesides(file: string, opened: readonly (Stats | undefined)[]): void {
  const [, ...now] = statsOf(file);
  for (const [index, end] of BESIDE.entries()) if (isSame(now[index], opened[index + 1])) unlinkSync(file + end);
}

/** The same bytes as another file: locks that a connection still has on the old one do not count for it. */
export function copyInPlace(file: string): void {
  assertPlainFile(`${file}.copy`, "SW-LEDGER");
  copyFileSync(file, `${file}.copy`);
  renameSync(`${file}.copy`, file);
}

/** What the head of a database's file says (SQLite's file format, 1.3). */
export interface Head {
  isDatabase: boolean;
  /** Bytes that the file must have; 0 where the head does not know. */
  length: number;
  /** The ledger's mark, see `SqliteStore.stamp`. */
  mark: number;
}

/**
 * Handles for looking into ledgers, by their inodes; none is ever closed. POSIX takes all locks on a file from a process that closes any
 * handle on it, those of SQLite too: another program could then remove the log under the open connection ("How to corrupt", 2.2).
 */
const handles = new Map<string, number>();

/** Reads the beginning of a file without ever closing it. */
function readHead(file: string, head: Buffer): void {
  const { dev, ino } = statSync(file);
  const key = `${dev} ${ino}`;
  try {
    const known = handles.get(key);
    if (known !== undefined) return void readSync(known, head, 0, head.length, 0);
  } catch {
    // A share that was away and has come back: its handles are worth nothing.
  }
  const handle = openSync(file, "r");
  handles.set(key, handle);
  readSync(handle, head, 0, head.length, 0);
}

/**
 * A new file is for its owner alone from the start: SQLite makes the files beside it with the same mode. One that is there is
 * never opened here, see `handles`.
 */
export function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, "wx", 0o600));
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
  for (const end of ["", ...BESIDE]) if (existsSync(file + end)) chmodSync(file + end, 0o600);
}

export function headOf(file: string): Head {
  const head = Buffer.alloc(100);
  readHead(file, head);
  const pageSize = head.readUInt16BE(16) === 1 ? 65_536 : head.readUInt16BE(16);
  // The length counts only where it was written together with the last change.
  const pages = head.readUInt32BE(24) === head.readUInt32BE(92) ? head.readUInt32BE(28) : 0;
  return {
    isDatabase: head.subarray(0, 15).toString("latin1") === "SQLite format 3",
    length: pages * pageSize,
    mark: head.readUInt32BE(68),
  };
}
