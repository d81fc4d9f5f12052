import { isNamed, isSeen, SEEN_LATE } from "../files/seen-late.js";
import type { BoxContext } from "./context.js";

type Looking = Pick<BoxContext, "files" | "clock" | "lease">;

/**
 * For how many milliseconds a path may be shown as it was: none where one process has a root on a disk of its own, which knows at once
 * what stands there.
 */
export function seenLate({ files, lease }: Pick<Looking, "files" | "lease">, path: string): number {
  return lease.shared || files.disk.network(path) !== "" ? SEEN_LATE : 0;
}

/**
 * Does something stand there? Where a share may show it late, that is waited for before it is said to be gone (several machines, line 7).
 * `lookedFor`: it has been waited for already.
 */
export async function appears(context: Looking, path: string, lookedFor = false): Promise<boolean> {
  const { disk } = context.files;
  if (disk.exists(path)) return true;
  return lookedFor ? isNamed(disk, path) : isSeen(disk, context.clock, path, seenLate(context, path));
}
