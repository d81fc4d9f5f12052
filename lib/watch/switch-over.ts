import { join } from "node:path";
import { codeOf } from "../errors.js";
import type { Disk, FileFacts } from "../files/disk.js";
import { MARKER } from "../files/folders.js";

/** A file that lay in an OutBox when the work was handed over, and stays with whom it was with. */
export interface LeftFile {
  folder: string;
  name: string;
  size: number;
  modified: number;
}

/**
 * Who takes new files from the OutBoxes of a root, and from when on: written by a person's command, read at each look. Without it ours
 * takes them.
 */
export interface SwitchOver {
  /** `ours`: from `from` on ours takes new files. `official`: from then on ours takes none; what ours has sent it brings to its end. */
  to: "ours" | "official";
  /** Milliseconds since the epoch. */
  from: number;
  /** Left to the other one, as long as they look like this. */
  left: readonly LeftFile[];
}

const FILE = "switch-over.json";

export const switchOverFolder = (root: string): string => join(root, MARKER);
export const SWITCH_OVER_FILE = FILE;

/** What stands in the root; undefined when nobody ever switched. Throws for a file that cannot be understood: then nothing is taken. */
export function readSwitchOver(disk: Pick<Disk, "read">, root: string): SwitchOver | undefined {
  let text: string;
  try {
    text = disk.read(join(switchOverFolder(root), FILE)).toString("utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
  const { to, from, left } = JSON.parse(text) as Record<keyof SwitchOver, unknown>;
  if ((to !== "ours" && to !== "official") || typeof from !== "number" || !Array.isArray(left)) {
    throw Object.assign(new Error(`${FILE} cannot be understood`), { code: "SW-CONFIG" });
  }
  return { to, from, left: left as LeftFile[] };
}

/** May ours take new files now? */
export function takesNew(switchOver: SwitchOver | undefined, now: number): boolean {
  if (!switchOver) return true;
  return (switchOver.to === "ours") === now >= switchOver.from;
}

/** Is this the file that was left to the official client? One that was written since is a new one. */
export function isLeft(
  switchOver: SwitchOver | undefined,
  folder: string,
  name: string,
  look: FileFacts | undefined,
): boolean {
  if (switchOver?.to !== "ours" || !look) return false;
  return switchOver.left.some(
    (file) =>
      file.folder.toLowerCase() === folder.toLowerCase() &&
      file.name === name &&
      file.size === look.size &&
      file.modified === look.modified,
  );
}
