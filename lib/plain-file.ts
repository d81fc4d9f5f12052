import { closeSync, constants, fstatSync, lstatSync, openSync, type Stats, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { codeOf, ImportClientError } from "./errors.js";

/** Without it `open` waits in a FIFO until somebody opens its other end; Windows has none. */
const AT_ONCE = constants.O_NONBLOCK ?? 0;

export const READ = constants.O_RDONLY;
export const READ_WRITE = constants.O_RDWR;
export const OVERWRITE = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC;
export const APPEND = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND;

/** What `open` says of a FIFO that nobody reads, of a socket, and of a device without a driver. */
const NO_FILE = new Set(["ENXIO", "ENODEV", "EOPNOTSUPP"]);

/**
 * Opens a file whose name others can guess: never waits in `open`, whatever they have put there. Throws SW-FOLDER when that is no plain
 * file, nor a link to one; else what the file system says.
 */
export function openPlain(path: string, flags: number, mode = 0o640): number {
  let handle: number;
  try {
    handle = openSync(path, flags | AT_ONCE, mode);
  } catch (error) {
    throw asRefusal(path, error);
  }
  try {
    assertStats(path, fstatSync(handle));
    return handle;
  } catch (error) {
    closeSync(handle);
    throw error;
  }
}

/** The same in threads. */
export async function openPlainLarge(path: string, flags: number, mode = 0o640): Promise<FileHandle> {
  const handle = await open(path, flags | AT_ONCE, mode).catch((error) => {
    throw asRefusal(path, error);
  });
  try {
    assertStats(path, await handle.stat());
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Throws SW-FOLDER, or the code that is given, when something stands there that is no plain file, nor a link to one: for what others open, SQLite say. */
export function assertPlainFile(path: string, code?: string): void {
  const stats = statSync(path, { throwIfNoEntry: false }) ?? lstatSync(path, { throwIfNoEntry: false });
  // A link that leads nowhere is made into a file by who opens it.
  if (stats && !stats.isSymbolicLink()) assertStats(path, stats, code);
}

function assertStats(path: string, stats: Stats, code?: string): void {
  if (!stats.isFile()) throw noPlainFile(path, undefined, code);
}

function asRefusal(path: string, error: unknown): unknown {
  return NO_FILE.has(codeOf(error) ?? "") ? noPlainFile(path, error) : error;
}

/** SW-FOLDER, or the code of whoever has files of its own there. */
export function noPlainFile(path: string, cause?: unknown, code = "SW-FOLDER"): ImportClientError {
  return new ImportClientError(
    code,
    {
      zh: `${path} 不是普通文件（而是管道、设备、套接字、链接或文件夹），不会打开`,
      en: `${path} is no plain file but a pipe, a device, a socket, a link or a folder: it is not opened`,
    },
    {
      advice: {
        zh: "请移走它，并查明是谁放在那里的；随后自动继续。",
        en: "Move it away, and find out who has put it there; work then goes on by itself.",
      },
      details: { path, reason: "no-plain-file" },
      cause,
    },
  );
}
