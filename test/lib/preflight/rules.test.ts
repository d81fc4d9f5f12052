import assert from "node:assert/strict";
import { RULES } from "../../../lib/preflight/index.js";
import { CASES, FAQ_RULES } from "./cases.js";
import { findings, places } from "./context.js";

describe("preflight: every rule on a bad document and its good twin", () => {
  it("has a case for every rule and a rule for every case", () => {
    assert.deepEqual(Object.keys(CASES).sort(), RULES.map(({ id }) => id).sort());
  });

  for (const rule of RULES) {
    const { id } = rule;
    const found = CASES[id];
    if (!found) continue;
    it(`${id}: ${rule.title.en} (${rule.source})`, () => {
      const bad = findings(id, found.xml, found.parts);
      assert.deepEqual(places(bad), found.places);
      assert.match(bad[0]?.text.en ?? "", found.says);
      assert.deepEqual(findings(id, found.good.xml, found.good.parts), []);
    });
  }

  it("speaks Chinese and English everywhere", () => {
    for (const rule of RULES) {
      const found = CASES[rule.id];
      const checks = found ? findings(rule.id, found.xml, found.parts) : [];
      for (const { zh, en } of [rule.title, rule.advice, ...checks.flatMap(({ text, advice }) => [text, advice])]) {
        assert.match(zh, /\p{Script=Han}/u, rule.id);
        assert.doesNotMatch(en.replace(/成功发往海关|数据库操作失败/g, ""), /\p{Script=Han}/u, rule.id);
        assert.match(en, /[a-z]/, rule.id);
      }
    }
  });

  it("can set each rule's severity and switch it off", () => {
    for (const { id } of RULES) {
      const found = CASES[id];
      if (!found) continue;
      for (const severity of ["error", "warning"] as const) {
        const checks = findings(id, found.xml, found.parts, { [id]: severity });
        assert.equal(checks.length, found.places.length, id);
        assert.ok(
          checks.every((check) => check.severity === severity),
          id,
        );
      }
      assert.deepEqual(findings(id, found.xml, found.parts, { [id]: "off" }), [], id);
    }
  });
});

describe("preflight: FAQ item, rule, test", () => {
  for (const [item, rules] of Object.entries(FAQ_RULES)) {
    it(`FAQ ${item}: ${rules.join(", ")}`, () => {
      for (const id of rules) {
        const found = CASES[id];
        assert.ok(found, `no case for ${id}`);
        assert.equal(found.faq, Number(item), id);
        assert.equal(RULES.find((rule) => rule.id === id)?.source, `faq ${item}`, id);
        assert.ok(findings(id, found.xml, found.parts).length > 0, id);
      }
    });
  }

  it("names every rule that comes from the FAQ", () => {
    const listed = Object.values(FAQ_RULES).flat().sort();
    assert.deepEqual(
      listed,
      RULES.filter(({ source }) => source.startsWith("faq"))
        .map(({ id }) => id)
        .sort(),
    );
  });
});
