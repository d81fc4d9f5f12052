import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** This package's version. The sources and `dist/` lie at different depths below its package.json. */
export function packageVersion(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file)) return String((JSON.parse(readFileSync(file, "utf8")) as { version?: unknown }).version);
    if (dirname(folder) === folder) return "unknown";
  }
}
