import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { parse } from "acorn";
import { full } from "acorn-walk";
import { transformSync } from "esbuild";

/** A regular expression as the sources have it. */
export interface SourceExpression {
  file: string;
  /** The literal, `/x+/g`; of one that is put together while the program runs, the code that does so. */
  code: string;
  /** Absent when it is put together. */
  literal?: { pattern: string; flags: string };
}

const SCRIPT = /<script type="text\/javascript">([\s\S]*?)<\/script>/g;

/** The JavaScript of a source file; of a page, what its scripts hold. */
function scriptsOf(path: string): string[] {
  const text = readFileSync(path, "utf8");
  if (extname(path) === ".html") return [...text.matchAll(SCRIPT)].map(([, script = ""]) => script);
  return [transformSync(text, { loader: "ts" }).code];
}

interface Found {
  type: string;
  start: number;
  end: number;
  regex?: { pattern: string; flags: string };
  callee?: { type: string; name?: string };
}

/** Every regular expression in the sources below some folders of the repository, literals and `RegExp(...)`. */
export function expressionsIn(repository: string, folders: readonly string[]): SourceExpression[] {
  const paths = folders.flatMap((folder) =>
    readdirSync(join(repository, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|mjs|js|html)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return paths.sort().flatMap((path) => {
    const file = relative(repository, path);
    return scriptsOf(path).flatMap((script) => {
      const found: SourceExpression[] = [];
      full(parse(script, { ecmaVersion: "latest", sourceType: "module" }), (node) => {
        const { type, start, end, regex, callee } = node as Found;
        if (regex) found.push({ file, code: `/${regex.pattern}/${regex.flags}`, literal: regex });
        else if ((type === "NewExpression" || type === "CallExpression") && callee?.name === "RegExp")
          found.push({ file, code: script.slice(start, end) });
      });
      return found;
    });
  });
}
