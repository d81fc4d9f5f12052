import { basename, dirname, join, sep } from "node:path";
import { type Disk, SYSTEM_DISK } from "../files/disk.js";
import type { ClientSettings } from "./settings.js";

type Places = Pick<ClientSettings, "environment" | "root" | "ledger" | "boxPaths">;

/**
 * What two clients would share that they may not: any two their root, their ledger or a box that lies elsewhere, and test and production
 * not even a folder inside the other's (faq client 4). A path is compared as the disk knows it, through links. Undefined = nothing.
 */
export function sharedPlace(one: Places, other: Places): "root" | "ledger" | "box" | undefined {
  const [mine, theirs] = [realPath(one.root), realPath(other.root)];
  if (mine === theirs) return "root";
  if (realPath(one.ledger) === realPath(other.ledger)) return "ledger";
  if (sharesBox(one, other) || sharesBox(other, one)) return "box";
  const nested = mine.startsWith(folder(theirs)) || theirs.startsWith(folder(mine));
  return nested && one.environment !== other.environment ? "root" : undefined;
}

/** Does a box of the one that lies elsewhere lie in the other's root, in a box of it, or around it? */
function sharesBox(one: Places, other: Places): boolean {
  const theirs = [other.root, ...other.boxPaths.map(({ path }) => path)].map((path) => folder(realPath(path)));
  const mine = one.boxPaths.map(({ path }) => folder(realPath(path)));
  return mine.some((path) => theirs.some((place) => path.startsWith(place) || place.startsWith(path)));
}

function folder(path: string): string {
  return path.endsWith(sep) ? path : path + sep;
}

/** The path through every link; of what does not exist yet, the part that does. A database's address stays as it is. */
export function realPath(path: string, disk: Pick<Disk, "realPath"> = SYSTEM_DISK): string {
  if (/^[a-z]+:\/\//.test(path)) return path;
  try {
    return disk.realPath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent, disk), basename(path));
  }
}
