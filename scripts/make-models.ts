import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, toJson } from "./models/describe.js";
import type { Recipe } from "./models/recipe.js";
import { readTable } from "./models/table.js";
import { toXsd } from "./models/xsd.js";

/**
 * `npm run models`: makes `lib/model/messages/*.json` and `schemas/*.xsd` from the tables in `formats/` and the recipes in
 * `scripts/recipes/`. The files are kept in the repository; a test says when they are not what would be made.
 */

const repo = join(__dirname, "..");

/** All recipes, by file name. */
export function allRecipes(): Recipe[] {
  const folder = join(__dirname, "recipes");
  return readdirSync(folder)
    .filter((name) => /^[a-z0-9-]+\.[jt]s$/.test(name))
    .sort()
    .flatMap((name) => (require(join(folder, name)) as { recipes: readonly Recipe[] }).recipes);
}

/** What the folders of made files should hold, by path below the repository. */
export function makeModels(): Map<string, string> {
  const files = new Map<string, string>();
  const roots: Record<string, string[]> = {};
  for (const recipe of allRecipes()) {
    const model = describe(recipe, readTable(recipe.table));
    files.set(join("lib", "model", "messages", `${model.type}.json`), toJson(model));
    files.set(join("schemas", `${model.type}.xsd`), toXsd(model));
    for (const path of model.roots) {
      const name = path.slice(path.lastIndexOf("/") + 1);
      roots[name] = [...(roots[name] ?? []), model.type];
    }
  }
  const sorted = Object.entries(roots).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = sorted.map(([name, types]) => `  ${JSON.stringify(name)}: ${JSON.stringify(types.sort())}`);
  files.set(join("lib", "model", "messages", "index.json"), `{\n${lines.join(",\n")}\n}\n`);
  return files;
}

/** What is there and what should be, for each file where they differ. */
export function staleModels(): { file: string; is: string | undefined; shouldBe: string | undefined }[] {
  const wanted = makeModels();
  const there = ["lib/model/messages", "schemas"].flatMap((folder) =>
    readdirSync(join(repo, folder)).map((name) => join(folder, name)),
  );
  return [...new Set([...wanted.keys(), ...there])]
    .map((file) => ({
      file,
      is: there.includes(file) ? readFileSync(join(repo, file), "utf8") : undefined,
      shouldBe: wanted.get(file),
    }))
    .filter(({ is, shouldBe }) => is !== shouldBe);
}

if (require.main === module) {
  for (const { file, shouldBe } of staleModels()) {
    if (shouldBe === undefined) process.stdout.write(`${file} has no recipe: remove it, or write one\n`);
    else {
      writeFileSync(join(repo, file), shouldBe);
      process.stdout.write(`${file}: written\n`);
    }
  }
}
