import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const digest = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest("hex");

/**
 * Writes a file of ours that its user may change: it is written anew only while it is still what was written last, of which `note` keeps the
 * hash. `wasOurs` tells of one without a note whether it is ours. Returns false when the user has changed it: then it stays.
 */
export function writeUnlessChanged(
  file: string,
  note: string,
  content: Buffer | string,
  wasOurs: (there: string) => boolean = () => false,
): boolean {
  if (existsSync(file)) {
    const there = readFileSync(file);
    const ours = existsSync(note)
      ? digest(there) === readFileSync(note, "utf8").trim()
      : wasOurs(there.toString("utf8"));
    if (!ours) return false;
  }
  writeFileSync(file, content, { mode: 0o600 });
  writeFileSync(note, `${digest(content)}\n`, { mode: 0o600 });
  return true;
}
