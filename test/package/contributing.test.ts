import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const repository = resolve(__dirname, "..", "..");

/** The paths that a table row names; one without a folder lies beside the one before it. */
function pathsIn(row: string): string[] {
  const paths: string[] = [];
  let folder = "";
  for (const [, name = ""] of row.matchAll(/`([^`\s]+)`/g)) {
    if (/[:@]/.test(name) || !/[./]/.test(name)) continue;
    const placeholder = name.indexOf("<");
    if (placeholder !== -1) folder = name.slice(0, name.lastIndexOf("/", placeholder));
    if (placeholder !== -1) continue;
    const path = name.includes("/") ? name : `${folder}/${name}`;
    if (name.includes("/")) folder = name.endsWith("/") ? name.slice(0, -1) : dirname(name);
    paths.push(path);
  }
  return paths;
}

describe("CONTRIBUTING", () => {
  it("names files and folders that are there", () => {
    const rows = readFileSync(join(repository, "CONTRIBUTING.md"), "utf8")
      .split("\n")
      .filter((line) => line.startsWith("| ") || line.startsWith("- "))
      .map((line) => line.replace(/^\|[^|]*\|/, ""));
    const missing = rows.flatMap(pathsIn).filter((path) => !existsSync(join(repository, path)));
    assert.deepEqual(missing, []);
    assert.ok(rows.flatMap(pathsIn).length > 40);
  });
});
