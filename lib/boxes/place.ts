import { closeSync, copyFileSync, existsSync, fsyncSync, openSync, renameSync, unlinkSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { codeOf } from "../errors.js";
import { numberedName } from "./names.js";

/** Paths of names that are given out and whose files are not there yet. */
const takenNames = new Set<string>();

// A file system may not tell a from A.
const keyOf = (folder: string, name: string) => join(folder, name).toLowerCase();

/** A name that is free in a folder: the wanted one, or with `(2)`, `(3)` ... before its extension. */
export function freeName(folder: string, wanted: string): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : numberedName(wanted, number);
    if (!existsSync(join(folder, name)) && !takenNames.has(keyOf(folder, name))) return name;
  }
}

/**
 * Runs work that writes a file under a free name, and keeps that name from everybody else until it is done: between the
 * row that names a file and the file itself another receipt of the same millisecond would find the name free, and
 * overwrite it (design, "Boxes": nothing is ever overwritten).
 */
export async function withFreeName<T>(folder: string, wanted: string, work: (name: string) => Promise<T>): Promise<T> {
  const name = freeName(folder, wanted);
  const key = keyOf(folder, name);
  takenNames.add(key);
  try {
    return await work(name);
  } finally {
    takenNames.delete(key);
  }
}

/** Makes the entries of a folder durable. Windows cannot, and does not need it. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function syncFile(path: string): void {
  const handle = openSync(path, "r+");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Moves a file, by copy when the target is on another volume: the source goes last, so it is never nowhere. */
export function moveFile(source: string, target: string): void {
  try {
    renameSync(source, target);
  } catch (error) {
    if (codeOf(error) !== "EXDEV") throw error;
    const half = `${target}.tmp`;
    copyFileSync(source, half);
    syncFile(half);
    renameSync(half, target);
    syncFolder(dirname(target));
    unlinkSync(source);
  }
}

/**
 * Writes a file that a stranger reads: whole under `<name>.tmp`, fsynced, then renamed, so that it is never seen half
 * (design, "Boxes"). The folder's entry is durable when this returns.
 */
export function writeDurably(folder: string, name: string, bytes: Buffer): void {
  const half = join(folder, `${name}.tmp`);
  const handle = openSync(half, "w", 0o640);
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(handle, bytes, written);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(half, join(folder, name));
  syncFolder(folder);
}
