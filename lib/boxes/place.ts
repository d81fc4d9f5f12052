import {
  closeSync,
  copyFileSync,
  existsSync,
  fsync,
  fsyncSync,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
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

/** In a thread of its own: a file system may take tens of milliseconds for it, which the event loop does not have. */
const synced = (handle: number) =>
  new Promise<void>((resolve, reject) => fsync(handle, (error) => (error ? reject(error) : resolve())));

/** Windows cannot sync a folder, and does not need to. */
const FOLDERS_SYNC = process.platform !== "win32";

/** A folder's sync that is under way, and the one that begins when it ends. */
interface FolderSync {
  running: Promise<void>;
  next?: Promise<void>;
}

const folderSyncs = new Map<string, FolderSync>();

/**
 * Makes the entries of a folder durable. All who ask while a sync is under way share the one after it: it begins after
 * what they have renamed, and a row of receipts costs a few syncs instead of one each.
 */
function syncFolder(folder: string): Promise<void> {
  if (!FOLDERS_SYNC) return Promise.resolve();
  const known = folderSyncs.get(folder);
  if (known) {
    known.next ??= known.running.catch(() => undefined).then(() => beginFolderSync(folder));
    return known.next;
  }
  return beginFolderSync(folder);
}

function beginFolderSync(folder: string): Promise<void> {
  const sync: FolderSync = { running: syncFolderNow(folder) };
  folderSyncs.set(folder, sync);
  const end = () => {
    if (!sync.next) folderSyncs.delete(folder);
  };
  sync.running.then(end, end);
  return sync.running;
}

async function syncFolderNow(folder: string): Promise<void> {
  const handle = openSync(folder, "r");
  try {
    await synced(handle);
  } finally {
    closeSync(handle);
  }
}

function syncAtOnce(path: string, flags: "r" | "r+"): void {
  const handle = openSync(path, flags);
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
    syncAtOnce(half, "r+");
    renameSync(half, target);
    if (FOLDERS_SYNC) syncAtOnce(dirname(target), "r");
    unlinkSync(source);
  }
}

/** Paths that are being written, each with the write that comes last. */
const writes = new Map<string, Promise<void>>();

/**
 * Writes a file that a stranger reads: whole under `<name>.tmp`, fsynced, then renamed, so that it is never seen half
 * (design, "Boxes"). The folder's entry is durable when this resolves. Only the syncs leave the event loop: the rest is
 * faster in it. Who writes a path that is being written, for a receipt that is delivered again say, waits for the first.
 */
export async function writeDurably(folder: string, name: string, bytes: Buffer): Promise<void> {
  const path = join(folder, name);
  const before = writes.get(path);
  const write = before ? before.catch(() => undefined).then(() => writeNow(path, bytes)) : writeNow(path, bytes);
  writes.set(path, write);
  try {
    await write;
  } finally {
    if (writes.get(path) === write) writes.delete(path);
  }
}

async function writeNow(path: string, bytes: Buffer): Promise<void> {
  const half = `${path}.tmp`;
  const handle = openSync(half, "w", 0o640);
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(handle, bytes, written);
    await synced(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(half, path);
  await syncFolder(dirname(path));
}
