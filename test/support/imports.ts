import { readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";

/** One import of a source file: static, dynamic, or of types alone. */
export interface Import {
  file: string;
  line: number;
  /** As it is written: `node:fs`, `../errors.js`. */
  specifier: string;
  /** The file of this repository that it names, else undefined. */
  target: string | undefined;
}

/** Every TypeScript file below a folder, relative to the repository, with `/`. */
export function sourcesOf(repository: string, folder: string): string[] {
  return readdirSync(join(repository, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(repository, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}

const FROM = /(?:\bfrom\s+|\bimport\s*\(\s*|\brequire\s*\(\s*|\bimport\s+)(["'])([^"'\n]+)\1/g;

/** The imports of a file's text. `file` relative to the repository. */
export function importsIn(file: string, text: string): Import[] {
  return [...text.matchAll(FROM)].map(({ index, 2: specifier = "" }) => ({
    file,
    line: text.slice(0, index).split("\n").length,
    specifier,
    target: specifier.startsWith(".") ? posix.join(posix.dirname(file), specifier).replace(/\.js$/, ".ts") : undefined,
  }));
}

export function importsOf(repository: string, file: string): Import[] {
  return importsIn(file, readFileSync(join(repository, file), "utf8"));
}
