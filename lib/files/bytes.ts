import type { Disk } from "./disk.js";

/** A file with more bytes than this takes longer to read than the event loop should be blocked for. */
export const LARGE = 1024 * 1024;

/** The bytes of a file; the event loop is not blocked by many. Rejects with what the file system says. */
export async function bytesOf(disk: Disk, path: string): Promise<Buffer> {
  return (disk.facts(path)?.size ?? 0) > LARGE ? disk.readLarge(path) : disk.read(path);
}
