import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makePath } from "../../lib/make-path.js";
import { writeUnlessChanged } from "../own-file.js";

/**
 * Puts the example into Node-RED's folder, when there is no flow yet or the one that is there is still what we wrote.
 * Returns false when the user has changed it: then it stays.
 */
export function placeFlow(example: string, userDir: string): boolean {
  makePath(userDir);
  return writeUnlessChanged(join(userDir, "flows.json"), join(userDir, "flows.example.sha256"), readFileSync(example));
}
