import assert from "node:assert/strict";
import { join } from "node:path";
import { exportsIn } from "../../../lib/modules.js";
import { RULES } from "../../../lib/preflight/index.js";
import type { Case } from "./case.js";
import { findings, places } from "./context.js";

const CASES = exportsIn<Case>(join(__dirname, "cases"), "found");

describe("preflight: every rule on a bad document and its good twin", () => {
  it("has a case for every rule and a rule for every case", () => {
    assert.deepEqual(CASES.map(({ rule }) => rule).sort(), RULES.map(({ id }) => id).sort());
  });

  for (const { rule: id, xml, parts, places: expected, says, good } of CASES) {
    const rule = RULES.find((one) => one.id === id);
    if (!rule) continue;

    it(`${id}: ${rule.title.en} (${rule.source})`, () => {
      const bad = findings(id, xml, parts);
      assert.deepEqual(places(bad), expected);
      assert.match(bad[0]?.text.en ?? "", says);
      assert.deepEqual(findings(id, good.xml, good.parts), []);
    });

    it(`${id} speaks Chinese and English`, () => {
      const texts = findings(id, xml, parts).flatMap(({ text, advice }) => [text, advice]);
      for (const { zh, en } of [rule.title, rule.advice, ...texts]) {
        assert.match(zh, /\p{Script=Han}/u);
        assert.doesNotMatch(en.replace(/成功发往海关|数据库操作失败/g, ""), /\p{Script=Han}/u);
        assert.match(en, /[a-z]/);
      }
    });

    it(`${id} can be set to another severity and switched off`, () => {
      for (const severity of ["error", "warning"] as const) {
        const checks = findings(id, xml, parts, { [id]: severity });
        assert.deepEqual(
          checks.map((check) => check.severity),
          expected.map(() => severity),
        );
      }
      assert.deepEqual(findings(id, xml, parts, { [id]: "off" }), []);
    });
  }
});
