import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RULES } from "../../lib/preflight/index.js";

const repo = join(__dirname, "..", "..");
const page = readFileSync(join(repo, "docs", "faq.md"), "utf8");
const ITEMS = ["B1", "B2", "B3", "B4", ...Array.from({ length: 21 }, (_, index) => String(index + 1))];

/** The cells of every table row whose first cell looks so. */
const rows = (first: RegExp) =>
  page
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .filter((cells) => first.test(cells[1] ?? ""));

interface Row {
  item: string;
  place: string;
  file: string;
  title: string;
}

const faq: Row[] = rows(/^B?\d+$/).map((cells) => {
  const [, item = "", , , place = "", test = ""] = cells;
  const [, file = "", title = ""] = /^`([^`]+)`: "(.+)"$/.exec(test) ?? [];
  return { item, place: place.replaceAll("`", ""), file, title };
});

describe("docs/faq.md", () => {
  it("has every item of the FAQ", () => {
    assert.deepEqual([...new Set(faq.map(({ item }) => item))], ITEMS);
  });

  it("names a place that exists in each row: a rule of that item, or a file", () => {
    for (const { item, place } of faq) {
      if (place.includes("/")) assert.ok(existsSync(join(repo, place)), `${item}: ${place}`);
      else
        assert.ok(
          RULES.some(({ id }) => id === place),
          `${item}: there is no rule ${place}`,
        );
    }
  });

  it("names a test that exists in each row", () => {
    for (const { item, place, file, title } of faq) {
      assert.ok(file !== "" && existsSync(join(repo, file)), `${item}, ${place}: no test file "${file}"`);
      assert.ok(readFileSync(join(repo, file), "utf8").includes(title), `${item}: ${file} has no "${title}"`);
    }
  });

  it("has a row for every rule that comes from the FAQ, at its item", () => {
    for (const { id, source } of RULES) {
      if (!source.startsWith("faq ")) continue;
      assert.ok(
        faq.some(({ item, place }) => place === id && `faq ${item}` === source),
        `${id} (${source})`,
      );
    }
  });
});
