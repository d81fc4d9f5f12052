import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FORMATS } from "../../../lib/receipts/index.js";
import { PAGE, receiptNames, receiptsPage } from "./page.js";

describe("docs/receipts.md", () => {
  const page = receiptsPage();

  it("is as the code makes it: run npx tsx test/lib/receipts/page.ts", () => {
    assert.equal(readFileSync(PAGE, "utf8"), page);
  });

  it("knows at least 75 receipts by name", () => {
    const names = receiptNames();
    assert.ok(names.length >= 75, String(names.length));
    assert.ok(["CEB312Message", "CEB818Message", "MT9999", "SAS222", "EXP312"].every((name) => names.includes(name)));
  });

  it("has a title, a fixture and a line for every format", () => {
    for (const { format } of FORMATS) {
      const line = page.split("\n").find((text) => text.startsWith(`| \`${format}\`<br>`));
      assert.ok(line, format);
      const [, name = "", , fixtures = ""] = line
        .split(" | ")
        .map((text, index) => (index === 0 ? text.slice(2) : text))
        .toSpliced(0, 0, "");
      assert.match(name, /<br>\S/, format);
      assert.ok(fixtures.trim().length > 0, `${format} has no fixture`);
    }
  });

  it("names tests that are there", () => {
    const repo = join(__dirname, "..", "..", "..");
    const named = [...page.matchAll(/`((?:test|bench|simulator)\/[\w./-]+\.ts)`/g)].map(([, file]) => file as string);
    assert.ok(named.length >= 9);
    for (const file of named) assert.ok(existsSync(join(repo, file)), file);
  });

  it("has advice in both languages for each item of the FAQ that a receipt can carry", () => {
    for (let item = 10; item <= 21; item++) {
      const lines = page.split("\n").filter((line) => line.startsWith(`| ${item} |`));
      assert.ok(lines.length > 0, `${item}`);
      for (const line of lines) assert.match(line, /处理：.*What to do: /, `${item}`);
    }
  });
});
