import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BOX_MARKER } from "../../lib/files/names.js";

const made: string[] = [];

/** A new empty folder on another volume than `scratch`; throws where this machine has none. All go with `removeElsewhere`. */
export function elsewhere(): string {
  const folder = mkdtempSync("/dev/shm/sw-");
  made.push(folder);
  if (statSync(folder).dev === statSync(tmpdir()).dev) throw new Error("/dev/shm is no other volume");
  return folder;
}

export function removeElsewhere(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Files of a box, those in sub-folders as `<sub-folder>/<name>`, sorted; without the mark of a box that lies elsewhere. */
export function filesBelow(box: string): string[] {
  mkdirSync(box, { recursive: true });
  return readdirSync(box, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && entry.name !== BOX_MARKER)
    .map(({ parentPath, name }) => join(parentPath, name).slice(box.length + 1))
    .sort();
}
