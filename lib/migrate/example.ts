import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { FlowNode } from "./flow.js";

const FILE = join("examples", "01-import-client.json");

/** The example flow that this package brings. The sources and `dist/` lie at different depths below it. */
export function exampleFlow(): FlowNode[] {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    try {
      return JSON.parse(readFileSync(join(folder, FILE), "utf8")) as FlowNode[];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || dirname(folder) === folder) throw error;
    }
  }
}
