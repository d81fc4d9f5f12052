import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { BUILT_IN } from "../../lib/advice/book.js";
import { CODES } from "../../lib/codes.js";
import { RULES } from "../../lib/preflight/index.js";
import { Citations } from "../support/citations.js";

const repo = join(__dirname, "..", "..");
const read = (file: string): string => readFileSync(join(repo, file), "utf8");

/** Files below some folders of the repository, by the end of their names. */
function filesBelow(folders: readonly string[], endings: RegExp): string[] {
  return folders
    .filter((folder) => existsSync(join(repo, folder)))
    .flatMap((folder) => readdirSync(join(repo, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && endings.test(entry.name))
    .map((entry) => relative(repo, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .sort();
}

const citing = [
  ...filesBelow(
    ["lib", "nodes", "simulator", "scripts", "test", "bench", "schemas", "examples", "docs"],
    /\.(ts|mjs|js|json|html|md|txt|xsd|c)$/,
  ),
  "README.md",
  "README.zh-CN.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
].filter((file) => file !== "test/package/citations.test.ts");
const pages = filesBelow(["docs"], /\.md$/);
const citations = new Citations(repo);

describe("citations of the docs", () => {
  it("lead to a heading, an item or a row that is there", () => {
    const lost = citing.flatMap((file) => citations.lost(file, read(file)));
    assert.deepEqual(
      lost.map(({ file, line, citation, reason }) => `${file}:${line}: ${citation}: ${reason}`),
      [],
    );
  });

  it("are found, each kind of them", () => {
    const text = citing.map(read).join("\n");
    for (const [kind, count] of citations.count(text))
      assert.ok(count > 0, `no citation of the kind ${kind} was found`);
  });

  it("into formats/ are looked up", function () {
    // Until the field tables are in the tree there is nothing to look them up in.
    if (!citations.hasFormats) this.skip();
    const [lost] = citations.lost("a.ts", "/** (formats/no-such-table.csv) */");
    assert.equal(lost?.reason, "there is no formats/no-such-table.csv");
  });

  const broken: readonly [what: string, text: string, line: number, reason: string][] = [
    ["an item of the FAQ", "a\n// (faq 99)", 2, "docs/faq.md has no item 99"],
    ["the end of a range", "// faq 20 to 22", 1, "docs/faq.md has no item 22"],
    ["a promise", "/** x (promises 44). */", 1, "docs/promises.md has no heading 44"],
    ["words of a promise", '// promises 1: "no such case"', 1, 'promise 1 has no "no such case"'],
    ["a section", "\n\n// domain 1.9", 3, "docs/domain.md has no heading 1.9"],
    ["an item over two lines", "/**\n * Why (domain 0, item\n * 11).\n */", 2, "domain 0 has no item 11"],
    ["a heading of a section", '// domain 2, "Nowhere"', 1, 'domain 2 has no heading "Nowhere"'],
    ["the second of two sections", "// (domain 1.2, 7)", 1, "docs/domain.md has no heading 7"],
    ["a heading of the design", '// (design, "Nothing")', 1, 'docs/design.md has no heading "Nothing"'],
  ];
  for (const [what, text, line, reason] of broken) {
    it(`are reported with file and line when they lead nowhere: ${what}`, () => {
      const lost = citations.lost("some/file.ts", text);
      assert.deepEqual(
        lost.map((one) => [one.file, one.line, one.reason]),
        [["some/file.ts", line, reason]],
      );
    });
  }
});

describe("what users read", () => {
  const BARE = /\b(?:faq|promises?) B?\d|\bdomain [\dA-D]\b|\bdesign(?:\.md|, ")/;

  it("has no bare citation in the dialogs' words and in the help", () => {
    for (const file of filesBelow(["nodes"], /\.(json|html)$/).filter((name) => name.includes("/locales/"))) {
      assert.doesNotMatch(read(file), BARE, file);
    }
  });

  it("has none in the advice and in the table of codes", () => {
    const words = JSON.stringify([BUILT_IN.tables, BUILT_IN.rules, CODES], (key, value) =>
      key === "source" ? undefined : value,
    );
    assert.doesNotMatch(words, BARE);
  });

  it("has words, and a page to open, for every kind of source that a rule of preflight has", () => {
    for (const language of ["en-US", "zh-CN"]) {
      const words = JSON.parse(read(`nodes/preflight/locales/${language}/preflight.json`)).preflight.source;
      for (const { id, source } of RULES)
        assert.ok(words[source.split(" ")[0] ?? ""], `${language}: ${id} (${source})`);
      const help = read(`nodes/preflight/locales/${language}/preflight.html`);
      for (const page of ["faq.md", "domain.md"])
        assert.ok(help.includes(`/blob/main/docs/${page}`), `${language}: ${page}`);
    }
  });
});

describe("pages of docs/", () => {
  for (const page of pages) {
    it(`${page} has at most 400 lines, and links that lead somewhere`, () => {
      const text = read(page);
      assert.ok(text.split("\n").length <= 400, `${page} is too long`);
      for (const [, target = ""] of text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        assert.ok(existsSync(join(repo, dirname(page), target)), `${page} links to ${target}`);
      }
    });
  }

  for (const page of ["docs/promises.md", "docs/design.md"]) {
    it(`${page} names files that are there`, () => {
      for (const [, file = ""] of read(page).matchAll(
        /`((?:test|lib|nodes|simulator|scripts|bench|docs)\/[\w./-]*)`/g,
      )) {
        assert.ok(existsSync(join(repo, file)), `${page} names ${file}`);
      }
    });
  }
});
