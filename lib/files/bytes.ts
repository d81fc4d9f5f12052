import type { Disk } from "./disk.js";

/** A file with more bytes than this takes longer to read than the event loop should be blocked for. */
export const LARGE = 1024 * 1024;

/**
 * The bytes of a file; the event loop is not blocked by many. `size`: roughly how many, where that has been looked at. Rejects with what the
 * file system says.
 */
export async function bytesOf(disk: Disk, path: string, size = disk.facts(path)?.size ?? 0): Promise<Buffer> {
  return size > LARGE ? disk.readLarge(path) : disk.read(path);
}
