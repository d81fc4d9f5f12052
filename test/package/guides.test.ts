import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { examples } from "../support/examples.js";

const root = join(__dirname, "..", "..");
const GUIDES = ["operator", "it", "integrator", "developer"];

const pages = [
  "README.md",
  "README.zh-CN.md",
  "CONTRIBUTING.md",
  "simulator/README.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const read = (page: string): string => readFileSync(join(root, page), "utf8");
/** A page's text without what stands in blocks of code. */
const prose = (page: string): string => read(page).replace(/^```[\s\S]*?^```/gm, "");
const headings = (page: string): string[] => [...prose(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, text = ""]) => text);
const levels = (page: string): string[] => [...prose(page).matchAll(/^(#{1,6}) /gm)].map(([, mark = ""]) => mark);
const blocks = (page: string): string[] => read(page).match(/^```[\s\S]*?^```/gm) ?? [];

/** The anchor that GitHub gives a heading. */
function anchorOf(heading: string): string {
  const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[`*]/g, "");
  return plain
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
    .replaceAll(" ", "-");
}

/** Links and pictures of a page that lead to this repository: the file, relative to the repository, and the anchor. */
function linksOf(page: string): { file: string; anchor: string; link: string }[] {
  return [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^(https?|mailto):/.test(link))
    .map((link) => {
      const [path = "", anchor = ""] = link.split("#");
      const file = path === "" ? page : relative(root, join(root, dirname(page), path));
      return { file, anchor, link };
    });
}

describe("the pages for people", () => {
  for (const page of pages) {
    it(`${page}: every link leads to a file, every anchor to a heading`, () => {
      for (const { file, anchor, link } of linksOf(page)) {
        assert.ok(existsSync(join(root, file)), link);
        if (anchor !== "") assert.ok(headings(file).map(anchorOf).includes(decodeURIComponent(anchor)), link);
      }
    });
  }

  const pairs = pages.filter((page) => page.endsWith(".zh-CN.md")).map((page) => [page.replace(".zh-CN", ""), page]);
  for (const [english = "", chinese = ""] of pairs) {
    it(`${english} and ${chinese} have the same sections and name each other`, () => {
      assert.deepEqual(levels(chinese), levels(english));
      for (const [page, other] of [
        [english, chinese],
        [chinese, english],
      ] as const) {
        assert.ok(
          linksOf(page).some(({ file }) => file === other),
          page,
        );
      }
    });
  }

  for (const guide of GUIDES) {
    const [english, chinese] = [`docs/guides/${guide}.md`, `docs/guides/${guide}.zh-CN.md`];

    it(`${guide}: the same commands and code, and as many rows, in both languages`, () => {
      const blocksOf = (page: string) => blocks(page).map((block) => block.replace(/[ \t]+$/gm, ""));
      assert.deepEqual(blocksOf(chinese), blocksOf(english));
      const rows = (page: string) => (prose(page).match(/^(\||- |\d\. )/gm) ?? []).length;
      assert.equal(rows(chinese), rows(english));
    });

    it(`${guide}: no heading is left in the other language`, () => {
      for (const heading of headings(english)) assert.doesNotMatch(heading, /[\u4e00-\u9fff]/);
      for (const heading of headings(chinese)) assert.match(heading, /[\u4e00-\u9fff]/);
    });

    it(`${guide}: linked from the first screen of both READMEs`, () => {
      for (const [readme, page] of [
        ["README.md", english],
        ["README.zh-CN.md", chinese],
      ] as const) {
        const first = read(readme).split("\n").slice(0, 30).join("\n");
        assert.ok(first.includes(`](${page})`), `${readme}: ${page}`);
      }
    });
  }

  it("the operator's guide calls every state as the page does", () => {
    for (const [language, page] of [
      ["en-US", "docs/guides/operator.md"],
      ["zh-CN", "docs/guides/operator.zh-CN.md"],
    ] as const) {
      const texts = JSON.parse(read(`nodes/sidebar/locales/${language}/sidebar.json`)).sidebar.state;
      for (const [state, word] of Object.entries(texts)) {
        assert.ok(read(page).includes(`| ${word} | \`${state}\` |`), `${page}: ${state}`);
      }
    }
  });

  it("the integrator's guide names every example, and what it has to set", () => {
    const page = read("docs/guides/integrator.md");
    for (const name of examples.keys()) assert.ok(page.includes(`| ${name.replace(".json", "")} |`), name);
    const named = [...page.matchAll(/`(SW_[A-Z_]+)/g)].map(([, variable = ""]) => variable);
    const all = JSON.stringify([...examples.values()]) + read("README.md");
    for (const variable of named) assert.ok(all.includes(variable), variable);
  });

  it("the recipes for a function node run, and give what they say", () => {
    const recipes = blocks("docs/guides/integrator.md").map((block) => block.replace(/^```js\n|```$/g, ""));
    const run = (recipe: string | undefined, msg: object): unknown => new Function("msg", recipe ?? "")(msg);
    const document = { messageType: "DEC" };
    const [only, refuse, said, ask, again] = recipes;
    assert.deepEqual(run(only, { document }), [{ document }, null]);
    const refused = run(refuse, {}) as { fault: { text: object; advice: object } };
    for (const text of [refused.fault.text, refused.fault.advice]) assert.deepEqual(Object.keys(text), ["zh", "en"]);
    const receipt = { ok: false, clientKey: "A1", statusText: "", text: "no", advice: { zh: "改", en: "mend" } };
    const { payload } = run(said, { receipt }) as { payload: unknown };
    assert.deepEqual(payload, { ok: false, number: "A1", said: "no", todo: "mend" });
    assert.deepEqual((run(ask, {}) as { payload: { state: unknown } }).payload.state, ["unknown", "held"]);
    assert.equal((run(again, { payload: { id: "7" } }) as { payload: { id: string } }).payload.id, "7");
    assert.equal(recipes.length, 5);
  });
});
