import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parse } from "csv-parse/sync";
import { modelOf, modelTypes } from "../../../lib/model/model.js";
import { allRecipes, staleModels } from "../../../scripts/make-models.js";
import { FORMATS } from "../../../scripts/models/table.js";

/** Every table of `formats/` that describes messages, with its rows. */
function tables(): { file: string; rows: Record<string, string>[] }[] {
  return (readdirSync(FORMATS, { recursive: true }) as string[])
    .filter((name) => name.endsWith(".csv") && !name.startsWith("codes"))
    .map((name) => ({
      file: relative(FORMATS, join(FORMATS, name)),
      rows: parse(readFileSync(join(FORMATS, name)), { bom: true, columns: true }) as Record<string, string>[],
    }));
}

describe("what is made from the format tables", () => {
  it("is what `npm run models` would make now", () => {
    assert.deepEqual(
      staleModels().map(({ file }) => file),
      [],
      "run `npm run models`",
    );
  });

  it("is one model a recipe, by its own name", () => {
    const types = allRecipes().map(({ type }) => type);
    assert.equal(new Set(types).size, types.length);
    assert.deepEqual([...modelTypes()].sort(), types.sort());
    for (const type of types) assert.equal(modelOf(type)?.type, type);
    assert.equal(modelOf("CEB311"), modelOf("CEB311Message"));
    assert.equal(modelOf("index"), undefined);
    assert.equal(modelOf("../DEC"), undefined);
  });
});

describe("format tables", () => {
  for (const { file, rows } of tables()) {
    it(`${file}: every row has a parent, numbers where they belong, and says how sure it is`, () => {
      const seen = new Set<string>();
      for (const row of rows) {
        const { message_type = "", path = "", min = "", max = "", max_length = "", confidence = "" } = row;
        const parent = path.slice(0, Math.max(0, path.lastIndexOf("/")));
        const known = parent === "" || seen.has(`${message_type} ${parent}`) || /^\(root|…/.test(parent);
        assert.ok(known, `${message_type} ${path}: no row for ${parent}`);
        seen.add(`${message_type} ${path}`);
        assert.match(min, /^[01]$/, path);
        assert.match(max, /^(\d+|n)$/, path);
        assert.match(max_length, /^\d*$/, path);
        assert.match(confidence, /^[C1I]$/, path);
      }
      assert.ok(rows.length > 0);
    });
  }
});
