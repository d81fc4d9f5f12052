import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  createReadStream,
  type Dirent,
  fsync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  unlinkSync,
  watch,
  write,
  writeSync,
} from "node:fs";
import { opendir } from "node:fs/promises";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { codeOf } from "../errors.js";
import { makePath } from "../make-path.js";
import { APPEND, assertPlainFile, OVERWRITE, openPlain, openPlainLarge, READ, READ_WRITE } from "../plain-file.js";
import { lastingNumber } from "./lasting.js";
import { networkOf } from "./network.js";

export type EntryKind = "file" | "folder" | "link" | "other";

/** A name in a folder. */
export interface Entry {
  name: string;
  kind: EntryKind;
}

/** What a file looks like; `modified` (its content) and `changed` (its name or anything else of it) in milliseconds since the epoch. */
export interface FileFacts {
  kind: EntryKind;
  size: number;
  modified: number;
  changed: number;
  inode: number;
}

/** A file that is open for reading. */
export interface OpenFile {
  /** The bytes from a position on, fewer when the file ends before. */
  read(position: number, length: number): Buffer;
  close(): void;
}

/**
 * A small file that stays open and is written again and again in its place. Who reads it opens it by its name: a writer that
 * lost the name, because somebody moved the file away, changes nothing for them.
 */
export interface HeldFile {
  /** Replaces its bytes, which have to be as many as before. Not durable. */
  write(bytes: Buffer): Promise<void>;
  /** The same at once. */
  writeNow(bytes: Buffer): void;
  /** Makes its bytes durable, and seen by who reads them on another machine. */
  sync(): Promise<void>;
  close(): void;
}

/**
 * The file system, as far as documents and receipts need it. Paths are absolute; what fails throws Node's errors (`ENOENT`,
 * `ENOSPC` ...), and what is no plain file where one is opened SW-FOLDER (`openPlain`). Small files are worked on synchronously, which is several times faster than to leave the event loop; what a
 * device may take long for, a sync above all, is asynchronous. A test gives one that loses what was not synced.
 */
export interface Disk {
  /** Facts of what stands there, a link as itself; undefined when nothing does. */
  facts(path: string): FileFacts | undefined;
  /** Does a file or folder of any kind stand there, through links? */
  exists(path: string): boolean;
  isFolder(path: string): boolean;
  read(path: string): Buffer;
  /** For files that may be large. */
  readLarge(path: string): Promise<Buffer>;
  open(path: string): OpenFile;
  /** Makes a file that must not be there yet, with these bytes; fails with EEXIST. */
  hold(path: string, bytes: Buffer): HeldFile;
  /** Opens a file for writing in its place; makes it, empty, when it is missing. */
  holdAgain(path: string): HeldFile;
  /** Adds bytes to the end of a file, which is made when it is missing. */
  append(path: string, bytes: Buffer): Promise<void>;
  /** The lines of a text file, however large; none when there is no file. */
  lines(path: string): AsyncIterable<string>;
  list(folder: string): Entry[];
  /** The same for folders of any length, a few hundred names at a time. */
  walk(folder: string): AsyncIterable<Entry>;
  /** With all folders above it that are missing. */
  makeFolder(path: string): void;
  rename(from: string, to: string): void;
  /** A second name for a file; fails with EEXIST when the name is taken. */
  link(from: string, to: string): void;
  /** Copies a small file at once. */
  copy(from: string, to: string): void;
  /**
   * Copies a file of any size, in pieces between which the event loop goes on however slow either volume is, and makes its bytes durable;
   * not its name.
   */
  copyLarge(from: string, to: string): Promise<void>;
  /**
   * Creates or empties the file, writes the bytes, and makes them durable; not its name. `own`: where it is made here, nobody but its owner
   * may read it, from its first moment on.
   */
  write(path: string, bytes: Buffer, own?: boolean): Promise<void>;
  /**
   * Gives a file or folder of ours the rights of the folder that it is in (design, "Boxes"): whoever is let in reads it. Never throws:
   * a file system without such rights has its own rules.
   */
  share(path: string): void;
  /** Makes the names in a folder durable. */
  syncFolder(folder: string): Promise<void>;
  /** The bytes of a file, or the names of a folder, made durable at once: blocks as long as the device takes. */
  syncNow(path: string): void;
  /** Does nothing when there is none. */
  remove(path: string): void;
  /** A folder with all that is in it. Does nothing when there is none. */
  removeFolder(path: string): void;
  /** Calls when something may have changed in a folder; undefined where it cannot be watched. Returns what ends it. */
  watch(folder: string, changed: () => void): (() => void) | undefined;
  /** The path through every link. */
  realPath(path: string): string;
  /** The kind of network file system that a path lies on, or would; empty for a local disk, and where it cannot be known. */
  network(path: string): string;
  /** What a folder is known by as long as it is there, and a copy is not; empty where nothing is (`lastingNumber`). */
  lasting(path: string): string;
}

/** Bytes that are written or copied between two turns of the event loop. */
const WRITTEN_AT_ONCE = 1024 * 1024;

/** Windows cannot sync a folder, and does not need to. */
const FOLDERS_SYNC = process.platform !== "win32";

function kindOf(entry: Dirent | Stats): EntryKind {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "folder";
  return entry.isSymbolicLink() ? "link" : "other";
}

/** In a thread of its own: a file system may take tens of milliseconds for it, which the event loop does not have. */
const synced = (handle: number) =>
  new Promise<void>((resolve, reject) => fsync(handle, (error) => (error ? reject(error) : resolve())));

const writeAt = (handle: number, bytes: Buffer) =>
  new Promise<void>((resolve, reject) =>
    write(handle, bytes, 0, bytes.length, 0, (error) => (error ? reject(error) : resolve())),
  );

async function withHandle(handle: number, work: (handle: number) => Promise<void>): Promise<void> {
  try {
    await work(handle);
  } finally {
    closeSync(handle);
  }
}

/** Read and written in threads: a share may take long for each piece. */
async function copyInPieces(from: string, to: string): Promise<void> {
  const source = await openPlainLarge(from, READ);
  try {
    const target = await openPlainLarge(to, OVERWRITE);
    try {
      const buffer = Buffer.allocUnsafe(Math.min(WRITTEN_AT_ONCE, (await source.stat()).size + 1));
      for (;;) {
        const { bytesRead } = await source.read(buffer, 0, buffer.length, null);
        if (bytesRead === 0) break;
        await target.writeFile(buffer.subarray(0, bytesRead));
      }
      await target.sync();
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

class HeldFileHere implements HeldFile {
  private busy = 0;
  private closed = false;

  constructor(private readonly handle: number) {}

  writeNow(bytes: Buffer): void {
    this.assertOpen();
    writeSync(this.handle, bytes, 0, bytes.length, 0);
  }

  write(bytes: Buffer): Promise<void> {
    return this.while(() => writeAt(this.handle, bytes));
  }

  sync(): Promise<void> {
    return this.while(() => synced(this.handle));
  }

  private async while(work: () => Promise<void>): Promise<void> {
    this.assertOpen();
    this.busy++;
    try {
      await work();
    } finally {
      this.busy--;
      this.closeWhenIdle();
    }
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.closeWhenIdle();
  }

  /** A handle that is closed under a write may be another file's by then. */
  private closeWhenIdle(): void {
    if (this.closed && this.busy === 0) closeSync(this.handle);
  }

  private assertOpen(): void {
    if (this.closed) throw Object.assign(new Error("the file is closed"), { code: "EBADF" });
  }
}

function unlessAbsent<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    // Below a file nothing stands either.
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

/** What a link leads to; without an error, which is dear, for what is missing. */
const statsOf = (path: string) => unlessAbsent(() => statSync(path, { throwIfNoEntry: false }));

export const SYSTEM_DISK: Disk = {
  facts(path) {
    const stats = unlessAbsent(() => lstatSync(path, { throwIfNoEntry: false }));
    return (
      stats && {
        kind: kindOf(stats),
        size: stats.size,
        modified: stats.mtimeMs,
        changed: stats.ctimeMs,
        inode: stats.ino,
      }
    );
  },
  exists: (path) => statsOf(path) !== undefined,
  isFolder: (path) => statsOf(path)?.isDirectory() === true,
  read(path) {
    const handle = openPlain(path, READ);
    try {
      return readFileSync(handle);
    } finally {
      closeSync(handle);
    }
  },
  async readLarge(path) {
    const handle = await openPlainLarge(path, READ);
    try {
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  },
  open(path) {
    const handle = openPlain(path, READ);
    return {
      read(position, length) {
        const buffer = Buffer.alloc(length);
        let filled = 0;
        while (filled < length) {
          const count = readSync(handle, buffer, filled, length - filled, position + filled);
          if (count === 0) break;
          filled += count;
        }
        return buffer.subarray(0, filled);
      },
      close: () => closeSync(handle),
    };
  },
  hold(path, bytes) {
    const file = new HeldFileHere(openSync(path, "wx", 0o640));
    try {
      file.writeNow(bytes);
    } catch (error) {
      file.close();
      unlinkSync(path);
      throw error;
    }
    return file;
  },
  holdAgain: (path) => new HeldFileHere(openPlain(path, READ_WRITE | constants.O_CREAT)),
  async append(path, bytes) {
    const handle = await openPlainLarge(path, APPEND);
    try {
      await handle.appendFile(bytes);
    } finally {
      await handle.close();
    }
  },
  async *lines(path) {
    if (statsOf(path) === undefined) return;
    yield* createInterface({
      input: createReadStream(path, { fd: openPlain(path, READ) }),
      crlfDelay: Number.POSITIVE_INFINITY,
    });
  },
  list: (folder) =>
    readdirSync(folder, { withFileTypes: true }).map((entry) => ({ name: entry.name, kind: kindOf(entry) })),
  async *walk(folder) {
    for await (const entry of await opendir(folder, { bufferSize: 512 })) {
      yield { name: entry.name, kind: kindOf(entry) };
    }
  },
  makeFolder: (path) => makePath(path),
  rename: (from, to) => renameSync(from, to),
  link: (from, to) => linkSync(from, to),
  copy(from, to) {
    assertPlainFile(from);
    assertPlainFile(to);
    copyFileSync(from, to);
  },
  copyLarge: copyInPieces,
  write: async (path, bytes, own = false) =>
    withHandle(openPlain(path, OVERWRITE, own ? 0o600 : undefined), async (handle) => {
      for (let written = 0; written < bytes.length; ) {
        if (written > 0) await new Promise((resolve) => setImmediate(resolve));
        written += writeSync(handle, bytes, written, Math.min(WRITTEN_AT_ONCE, bytes.length - written));
      }
      await synced(handle);
    }),
  share(path) {
    try {
      const folder = statSync(dirname(path)).mode;
      const own = lstatSync(path);
      const mode = own.isDirectory() ? folder & 0o7777 : folder & 0o666;
      if ((own.mode & 0o7777) !== mode) chmodSync(path, mode);
    } catch {
      // It stays as it was made.
    }
  },
  async syncFolder(folder) {
    if (FOLDERS_SYNC) await withHandle(openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY), synced);
  },
  syncNow(path) {
    const folder = statSync(path).isDirectory();
    if (folder && !FOLDERS_SYNC) return;
    const handle = folder ? openSync(path, "r") : openPlain(path, READ_WRITE);
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  },
  remove: (path) => void unlessAbsent(() => unlinkSync(path)),
  removeFolder: (path) => rmSync(path, { recursive: true, force: true }),
  watch(folder, changed) {
    try {
      const watcher = watch(folder, { persistent: false }, changed);
      watcher.on("error", () => watcher.close());
      return () => watcher.close();
    } catch {
      return undefined; // Some shares cannot be watched.
    }
  },
  realPath: (path) => realpathSync.native(path),
  network: networkOf,
  lasting: lastingNumber,
};
