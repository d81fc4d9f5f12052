import { basename, dirname } from "node:path";
import type { Clock } from "../clock.js";
import type { Disk } from "./disk.js";

/** A share may show a folder as it was so many milliseconds ago: clients of SMB2 and NFS keep what they have seen of it (line 7). */
export const SEEN_LATE = 10_000;

/** Milliseconds between two looks. */
const LOOK = 250;

/**
 * Does something stand at a path, or is it seen there within so many milliseconds? Before it says no, the names of the folder are read
 * anew, which asks the share itself. Never rejects for a folder that is away: nothing is seen there.
 */
export async function isSeen(disk: Disk, clock: Clock, path: string, within: number): Promise<boolean> {
  for (const end = clock.monotonic() + within; !disk.exists(path); ) {
    if (within === 0) return false;
    if (clock.monotonic() >= end) return isNamed(disk, path);
    await new Promise<void>((resolve) => clock.after(LOOK, resolve));
  }
  return true;
}

/** The same of a path that was looked at for as long as that. */
export async function isNamed(disk: Disk, path: string): Promise<boolean> {
  try {
    for await (const { name } of disk.walk(dirname(path))) if (name === basename(path)) break;
  } catch {
    // It is away.
  }
  return disk.exists(path);
}
