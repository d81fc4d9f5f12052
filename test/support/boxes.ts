import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Hands a file over as a careful producer does: written under `.tmp`, renamed when it is whole. */
export function drop(root: string, business: string, name: string, bytes: Buffer | string): void {
  const folder = join(root, business, "OutBox");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.tmp`), bytes);
  renameSync(join(folder, `${name}.tmp`), join(folder, name));
}

/** Names in a box, sorted; none when it is not there. */
export function box(root: string, business: string, name: string): string[] {
  try {
    return readdirSync(join(root, business, name)).sort();
  } catch {
    return [];
  }
}

/** A file in a box, as text. */
export function boxText(root: string, business: string, name: string, file: string): string {
  return readFileSync(join(root, business, name, file), "utf8");
}
