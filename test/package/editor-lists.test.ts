import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RULES } from "../../lib/preflight/index.js";
import { BACKENDS } from "../../lib/signing/backends.js";
import { withLists } from "../../scripts/editor-lists.js";

const nodes = join(__dirname, "..", "..", "nodes");
/** What the build makes of a source. */
const built = (...path: string[]): string => {
  const file = join(nodes, ...path);
  return withLists(file, readFileSync(file)).toString("utf8");
};
const listed = (node: string, name: string) =>
  JSON.parse(new RegExp(`const ${name} = (.*);`).exec(built(node, `${node}.html`))?.[1] ?? "");

describe("lists of lib/ in the editor", () => {
  it("has every rule with its severity and source, and every card backend, the default first", () => {
    const rules = RULES.map(({ id, severity, source }) => [id, [severity, source]]);
    assert.deepEqual(Object.entries(listed("preflight", "RULES")), rules);
    assert.deepEqual(
      listed("card", "BACKENDS"),
      BACKENDS.map(({ name }) => name),
    );
    assert.match(built("card", "card.html"), new RegExp(`backend: \\{\\s*value: "${BACKENDS[0]?.name}"`));
  });

  for (const [language, own] of [
    ["en-US", "en"],
    ["zh-CN", "zh"],
  ] as const) {
    it(`has their titles in ${language}`, () => {
      const { preflight } = JSON.parse(built("preflight", "locales", language, "preflight.json"));
      for (const { id, title } of RULES) assert.equal(preflight.rule[id], title[own]);
      const { card } = JSON.parse(built("card", "locales", language, "card.json"));
      for (const { name, title } of BACKENDS) assert.equal(card.option.backend[name], title[own]);
    });
  }

  it("fails the build where a page has no place for its list, and leaves other files as they are", () => {
    assert.throws(() => withLists(join(nodes, "card", "card.html"), Buffer.from("<p>")), /card\.html has no line/);
    assert.equal(withLists(join(nodes, "zip", "zip.html"), Buffer.from("<p>")).toString(), "<p>");
  });
});
