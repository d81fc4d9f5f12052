import assert from "node:assert/strict";
import { FAULT, preflight, RULES, type Rule, ruleApplies, runRules } from "../../../lib/preflight/index.js";
import type { XmlElement } from "../../../lib/xml/scan.js";
import { generateDocument } from "../../support/generate-documents.js";
import { contextOf } from "./context.js";
import { DEC, INV101, MT1401, withLine } from "./documents.js";

function rule(id: string, start: Rule["start"], parts: Partial<Rule> = {}): Rule {
  const text = { zh: "测试", en: "test" };
  return { id, severity: "error", kinds: [], source: "test", title: text, advice: text, start, ...parts };
}

const text = { zh: "发现", en: "found" };

/** How often the children of each element are asked for while `work` runs: once is what one pass needs. */
function passes(root: XmlElement, work: () => void): number[] {
  const asked = new Map<XmlElement, number>();
  for (const element of [...root.walk()]) {
    const { children } = element;
    asked.set(element, 0);
    Object.defineProperty(element, "children", {
      get() {
        asked.set(element, (asked.get(element) ?? 0) + 1);
        return children;
      },
    });
  }
  work();
  return [...asked.values()];
}

describe("preflight: one pass", () => {
  it("visits every element once, however many rules there are", () => {
    const looking = [1, 2, 3].map((number) => rule(`looks-${number}`, () => ({ element() {} })));
    for (const type of ["DEC", "INV101", "SAS121", "ICP101", "MT1401"] as const) {
      const context = contextOf(generateDocument({ type, rows: 5 }).xml);
      const times = passes(context.root, () => runRules(looking, context));
      assert.ok(times.length > 30, type);
      assert.deepEqual(new Set(times), new Set([1]), type);
    }
  });

  it("shows a rule the elements that it names, and all of them when it names none", () => {
    const named: string[] = [];
    let all = 0;
    runRules(
      [
        rule("named", () => ({ names: ["GNo", "GNo", "GQty"], element: (element) => void named.push(element.path) })),
        rule("all", () => ({ element: () => void all++ })),
      ],
      contextOf(DEC),
    );
    assert.deepEqual(named, [
      "DecMessage/DecLists/DecList[1]/GNo",
      "DecMessage/DecLists/DecList[1]/GQty",
      "DecMessage/DecLists/DecList[2]/GNo",
      "DecMessage/DecLists/DecList[2]/GQty",
    ]);
    assert.equal(all, [...contextOf(DEC).root.walk()].length);
  });

  it("does not walk at all when no rule looks at elements", () => {
    const context = contextOf(DEC);
    const times = passes(context.root, () => runRules([rule("end", () => ({ end() {} }))], context));
    assert.deepEqual(new Set(times), new Set([0]));
  });
});

describe("preflight: findings", () => {
  it("come by line, then column, then in the order of the rules", () => {
    const spoiled = withLine(
      withLine(withLine(MT1401, 3, "<MessageID></MessageID>"), 6, "<SenderID>1</SenderID>"),
      13,
      "<ID/>",
    );
    const found = preflight(contextOf(spoiled));
    assert.deepEqual(
      found.map(({ rule: code, line }) => `${code.slice(8)}:${line}`),
      ["client-key-missing:3", "empty-element:3", "sender-id:6", "empty-element:13"],
    );
    assert.deepEqual(preflight(contextOf(spoiled)), found);
  });

  it("carry the advice of the rule, or their own, and the entry of a ZIP", () => {
    const own = { zh: "另一个", en: "another" };
    const rules = [
      rule("a", ({ root }) => ({ end: (report) => report({ element: root, text }) })),
      rule("b", ({ root }) => ({ end: (report) => report({ element: root, text, advice: own, severity: "warning" }) })),
    ];
    assert.deepEqual(runRules(rules, contextOf(DEC, { entry: "a.xml" })), [
      {
        rule: "SW-RULE-a",
        severity: "error",
        path: "DecMessage",
        line: 1,
        column: 1,
        text,
        advice: rules[0]?.advice,
        entry: "a.xml",
      },
      {
        rule: "SW-RULE-b",
        severity: "warning",
        path: "DecMessage",
        line: 1,
        column: 1,
        text,
        advice: own,
        entry: "a.xml",
      },
    ]);
    assert.equal(runRules(rules, contextOf(DEC), { b: "error" })[1]?.severity, "error");
  });

  it("stop at 50 for a rule, with the number of those left", () => {
    const rows = (count: number) => Array.from({ length: count }, () => "<DecList>\n<GQty/></DecList>").join("\n");
    const xml = (count: number) =>
      DEC.replace(/<DecLists>[\s\S]*<\/DecLists>/, `<DecLists>\n${rows(count)}\n</DecLists>`);
    assert.equal(preflight(contextOf(xml(50))).length, 50);
    const found = preflight(contextOf(xml(53)));
    assert.equal(found.length, 51);
    assert.equal(found[50]?.text.en, "and 3 more of the same");
    assert.equal(found[50]?.severity, "error");
    assert.equal(found[50]?.line, (found[49]?.line ?? 0) + 2);
  });

  it("give the number of those left the gravest severity among them", () => {
    const counted = (errorAt: number) =>
      runRules(
        [
          rule("many", ({ root }) => ({
            end(report) {
              for (let index = 1; index <= 60; index++) {
                report({ element: root, text, severity: index === errorAt ? "error" : "warning" });
              }
            },
          })),
        ],
        contextOf(DEC),
      ).at(-1)?.severity;
    assert.equal(counted(55), "error");
    assert.equal(counted(51), "error");
    assert.equal(counted(3), "warning");
  });

  it("show hostile text cut, on one line and without control characters", () => {
    const value = `x\u001b[31m\n${"很".repeat(500)}`.replaceAll("\u001b", "\u0085\u202e");
    const xml = withLine(DEC, 7, `<IEDate>${value}</IEDate>`);
    const found = preflight(contextOf(xml))[0];
    assert.equal(found?.rule, "SW-RULE-dates-format");
    assert.doesNotMatch(`${found?.text.zh}${found?.text.en}`, /[\p{Cc}\p{Cf}]/u);
    assert.ok((found?.text.zh.length ?? 0) < 160);
  });
});

describe("preflight: a rule that throws", () => {
  const boom = () => {
    throw new Error("boom");
  };

  it("becomes a warning of its own and does not stop the others", () => {
    const others = [rule("other", ({ root }) => ({ end: (report) => report({ element: root, text }) }))];
    const bad: Rule[] = [
      rule("start", boom),
      rule("element", () => ({ element: boom })),
      rule("end", () => ({ end: boom })),
    ];
    const found = runRules([...bad, ...others], contextOf(DEC));
    assert.deepEqual(
      found.map(({ rule: code, severity }) => [code, severity]),
      [
        [FAULT, "warning"],
        [FAULT, "warning"],
        [FAULT, "warning"],
        ["SW-RULE-other", "error"],
      ],
    );
    for (const [index, { id }] of bad.entries())
      assert.match(found[index]?.text.en ?? "", new RegExp(`rule ${id} .*boom`));
  });

  it("keeps what it found before, and says so once", () => {
    let seen = 0;
    const found = runRules(
      [
        rule("half", () => ({
          names: ["GNo"],
          element(element, report) {
            if (++seen > 1) boom();
            report({ element, text });
          },
          end: boom,
        })),
      ],
      contextOf(DEC),
    );
    assert.deepEqual(
      found.map(({ rule: code }) => code),
      [FAULT, "SW-RULE-half"],
    );
  });
});

describe("preflight: which rule holds for what", () => {
  it("takes MT* for every manifest and no kinds for everything", () => {
    const of = (...kinds: string[]) => rule("x", () => undefined, { kinds });
    assert.equal(ruleApplies(of("MT*"), "MT1401"), true);
    assert.equal(ruleApplies(of("MT*"), "DEC"), false);
    assert.equal(ruleApplies(of("DEC", "INV101"), "INV101"), true);
    assert.equal(ruleApplies(of("DEC"), "DECX"), false);
    assert.equal(ruleApplies(of(), "DEC"), true);
    assert.equal(ruleApplies(of(), undefined), true);
    assert.equal(ruleApplies(of("MT*"), undefined), false);
  });

  it("ignores settings for rules that do not exist", () => {
    assert.deepEqual(preflight(contextOf(INV101), { "no-such-rule": "error" }), []);
  });

  it("has unique, plain ids", () => {
    assert.equal(new Set(RULES.map(({ id }) => id)).size, RULES.length);
    for (const { id, source } of RULES) {
      assert.match(id, /^[a-z]+(-[a-z]+)*$/);
      assert.match(source, /^(faq \d+|domain \S+|xml \S+|formats)$/);
    }
  });
});
