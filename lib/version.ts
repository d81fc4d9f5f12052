import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

let known: string | undefined;

/** This package's version, read once: each span of a trace names it. */
export function packageVersion(): string {
  known ??= readVersion();
  return known;
}

/** The sources and `dist/` lie at different depths below its package.json. */
function readVersion(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file)) return String((JSON.parse(readFileSync(file, "utf8")) as { version?: unknown }).version);
    if (dirname(folder) === folder) return "unknown";
  }
}
