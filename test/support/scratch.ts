import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made: string[] = [];

/** A new empty folder; all of them go when the test file is done (call `removeScratch` in `after`). */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "sw-"));
  made.push(folder);
  return folder;
}

export function removeScratch(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}
