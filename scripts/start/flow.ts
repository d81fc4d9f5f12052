import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makePath } from "../../lib/make-path.js";

const digest = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/**
 * Puts the example into Node-RED's folder, when there is no flow yet or the one that is there is still what we wrote.
 * Returns false when the user has changed it: then it stays.
 */
export function placeFlow(example: string, userDir: string): boolean {
  const flow = join(userDir, "flows.json");
  const note = join(userDir, "flows.example.sha256");
  makePath(userDir);
  if (existsSync(flow)) {
    const written = existsSync(note) ? readFileSync(note, "utf8").trim() : "";
    if (digest(readFileSync(flow)) !== written) return false;
  }
  const bytes = readFileSync(example);
  writeFileSync(flow, bytes);
  writeFileSync(note, `${digest(bytes)}\n`);
  return true;
}
