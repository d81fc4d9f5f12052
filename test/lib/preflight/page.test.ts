import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { PAGE, rulesPage } from "./page.js";

describe("docs/rules.md", () => {
  it("is as the code makes it: run npx tsx test/lib/preflight/page.ts", () => {
    assert.equal(readFileSync(PAGE, "utf8"), rulesPage());
  });
});
