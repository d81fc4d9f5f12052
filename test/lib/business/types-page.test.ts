import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { PROFILE_NAMES } from "../../../lib/signing/profiles/index.js";
import { listedTypes, PAGE, typesPage } from "./types-page.js";

describe("docs/types.md", () => {
  it("is as the code makes it: run npx tsx test/lib/business/types-page.ts", () => {
    assert.equal(readFileSync(PAGE, "utf8"), typesPage());
  });

  it("has at least 45 types, each with a way to sign it, so that none ends for want of one", () => {
    const types = listedTypes();
    assert.ok(types.length >= 45, String(types.length));
    for (const { kind } of types) assert.ok(PROFILE_NAMES.includes(kind.signing), kind.type);
  });
});
