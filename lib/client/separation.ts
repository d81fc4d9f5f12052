import { basename, dirname, join, sep } from "node:path";
import { SYSTEM_DISK } from "../files/disk.js";
import type { ClientSettings } from "./settings.js";

type Places = Pick<ClientSettings, "environment" | "root" | "ledger">;

/**
 * What two clients would share that they may not: any two their root or ledger, and test and production not even a folder
 * inside the other's (faq client 4). A path is compared as the disk knows it, through links. Undefined = nothing.
 */
export function sharedPlace(one: Places, other: Places): "root" | "ledger" | undefined {
  const [mine, theirs] = [realPath(one.root), realPath(other.root)];
  if (mine === theirs) return "root";
  if (realPath(one.ledger) === realPath(other.ledger)) return "ledger";
  const nested = mine.startsWith(folder(theirs)) || theirs.startsWith(folder(mine));
  return nested && one.environment !== other.environment ? "root" : undefined;
}

function folder(path: string): string {
  return path.endsWith(sep) ? path : path + sep;
}

/** The path through every link; of what does not exist yet, the part that does. A database's address stays as it is. */
export function realPath(path: string): string {
  if (/^[a-z]+:\/\//.test(path)) return path;
  try {
    return SYSTEM_DISK.realPath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}
