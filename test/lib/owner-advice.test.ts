import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ImportClientError } from "../../lib/errors.js";
import { assertBound, assertOwner } from "../../lib/ledger/rules/owner.js";

const PROJECT = join(__dirname, "../..");

/** The arguments of each call in a text that makes an error, up to its closing bracket. */
function* errorsIn(source: string): Generator<string> {
  for (const { index, 0: begin } of source.matchAll(/new ImportClientError\(/g)) {
    const from = index + begin.length;
    let depth = 1;
    let end = from;
    for (; depth > 0 && end < source.length; end++) {
      if (source[end] === "(") depth++;
      else if (source[end] === ")") depth--;
    }
    yield source.slice(from, end - 1);
  }
}

/** Whoever reads that something is another's has to do something about it (a person stands before a red node). */
describe("what is another's", () => {
  const sources = ["lib", "nodes", "cli"].flatMap((folder) =>
    readdirSync(join(PROJECT, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .map((path) => join(folder, path)),
  );

  it("is said with what to do, wherever it is said", () => {
    let count = 0;
    for (const path of sources) {
      for (const made of errorsIn(readFileSync(join(PROJECT, path), "utf8"))) {
        if (!made.trimStart().startsWith('"SW-OWNER"')) continue;
        count++;
        assert.match(made, /\badvice\b/, `${path}: SW-OWNER without advice: ${made.slice(0, 200)}`);
      }
    }
    assert.ok(count >= 10, `only ${count} were found`);
  });

  it("names both, with advice in both languages, for another client, environment or spelling", () => {
    const ours = { environment: "test", clientId: "DEMO0001" } as const;
    const others = [
      { ...ours, clientId: "DEMO0002" },
      { ...ours, environment: "production" },
      { ...ours, clientId: "demo0001" },
    ] as const;
    const what = { zh: "根目录 /a ", en: "/a" };
    for (const theirs of others) {
      assert.throws(
        () => assertBound(theirs, ours, what),
        (error: unknown) => {
          assert.ok(error instanceof ImportClientError);
          const { zh = "", en = "" } = error.advice ?? {};
          assert.ok(zh.includes("侧栏") && en.includes("sidebar"));
          for (const { clientId } of [theirs, ours]) assert.ok(error.text.zh.includes(clientId));
          return error.code === "SW-OWNER" && error.details.reason === "owner";
        },
      );
    }
    assertBound(ours, ours, what);
    // A document of an earlier spelling is this client's.
    assertOwner({ ...ours, clientId: "demo0001" }, ours, what);
  });
});
