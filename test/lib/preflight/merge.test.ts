import assert from "node:assert/strict";
import type { Check } from "../../../lib/document.js";
import { type Model, modelOf } from "../../../lib/model/model.js";
import { judge } from "../../../lib/model/walk.js";
import { FAULT, mergeChecks, preflight } from "../../../lib/preflight/index.js";
import { scanXml } from "../../../lib/xml/scan.js";
import { contextOf } from "./context.js";
import { DEC, MT1401, withLine } from "./documents.js";

const FOUND = preflight(contextOf(withLine(DEC, 8, "<PackNo/>")));
/** What a function node may leave there is of any type. */
const own = (...checks: unknown[]) => checks as Check[];

describe("preflight: checks of the flow's own", () => {
  it("stand beside those found, by line", () => {
    const mine: Check = {
      rule: "SW-RULE-price",
      severity: "warning",
      path: "DecMessage",
      line: 3,
      text: { zh: "价格", en: "price" },
      advice: { zh: "改", en: "change" },
    };
    assert.deepEqual(mergeChecks([mine], FOUND), [mine, ...FOUND]);
    assert.deepEqual(mergeChecks([{ ...mine, line: 9 }], FOUND), [...FOUND, { ...mine, line: 9 }]);
    assert.deepEqual(mergeChecks(undefined, FOUND), FOUND);
  });

  it("need a text only; the rest is filled in", () => {
    const [first, second] = mergeChecks(
      own({ text: "价格太低" }, { text: { en: "too low" }, rule: "price", line: 2, column: 4, entry: "a.xml" }),
      [],
    );
    assert.equal(first?.rule, "SW-RULE-OWN");
    assert.equal(first?.severity, "error");
    assert.equal(first?.line, 0);
    assert.equal(first?.path, "");
    assert.deepEqual(first?.text, { zh: "价格太低", en: "价格太低" });
    assert.match(first?.advice.zh ?? "", /自定义规则/);
    assert.deepEqual(second, {
      rule: "SW-RULE-price",
      severity: "error",
      path: "",
      line: 2,
      column: 4,
      entry: "a.xml",
      text: { zh: "too low", en: "too low" },
      advice: first?.advice,
    });
  });

  it("that are plain strings, in a list or alone, are errors with that text", () => {
    const [one] = mergeChecks(own("价格太低"), []);
    assert.deepEqual(
      [one?.rule, one?.severity, one?.text],
      ["SW-RULE-OWN", "error", { zh: "价格太低", en: "价格太低" }],
    );
    assert.deepEqual(mergeChecks("价格太低" as unknown as Check[], []), [one]);
  });

  it("that cannot be read are named and refuse, not dropped and not thrown", () => {
    const bad = own(null, " ", {}, { text: "" }, { text: { zh: 1 } }, { text: "a", severity: "fatal" }, 7);
    const merged = mergeChecks(bad, FOUND);
    assert.equal(merged.length, bad.length + FOUND.length);
    const faults = merged.filter(({ rule }) => rule === FAULT);
    assert.equal(faults.length, bad.length);
    assert.ok(faults.every(({ severity }) => severity === "error"));
    assert.match(faults[5]?.text.en ?? "", /severity of checks\[5\]/);
    const notAnArray = mergeChecks({ length: 1 } as unknown as Check[], FOUND);
    assert.match(notAnArray[0]?.text.en ?? "", /no array/);
    for (const line of [Number.NaN, 0, -3, 1.5, "7"])
      assert.equal(mergeChecks(own({ text: "a", line }), [])[0]?.line, 0);
    assert.deepEqual(mergeChecks(own({ text: { zh: "价格", en: "" } }), [])[0]?.text, { zh: "价格", en: "价格" });
  });

  it("that preflight left there on an earlier run are not doubled", () => {
    assert.deepEqual(mergeChecks(FOUND, FOUND), FOUND);
  });

  it("and a schema that find the same element empty say it once", async () => {
    const xml = withLine(DEC, 8, "<PackNo/>");
    const schema = await judge(scanXml(Buffer.from(xml)), modelOf("DEC") as Model);
    const empty = schema.filter(({ path }) => path.endsWith("/PackNo"));
    assert.deepEqual(
      empty.map(({ about }) => about),
      ["empty"],
    );
    assert.deepEqual(
      FOUND.map(({ rule, path }) => [rule, path]),
      [["SW-RULE-empty-numeric", empty[0]?.path]],
    );
    for (const merged of [mergeChecks(empty, FOUND), mergeChecks(FOUND, empty)]) assert.deepEqual(merged, FOUND);
    const mild = FOUND.map((check) => ({ ...check, severity: "warning" as const }));
    assert.deepEqual(mergeChecks(empty, mild), empty[0]?.severity === "error" ? empty : mild);
    const elsewhere = empty.map((check) => ({ ...check, line: 9 }));
    assert.equal(mergeChecks(elsewhere, FOUND).length, 2);
  });

  it("and a schema that find the same date, order or long key say it once", async () => {
    for (const [xml, type, rule] of [
      [withLine(DEC, 7, "<IEDate>2024/1/5</IEDate>"), "DEC", "dates-format"],
      [DEC.replace("C20240101000001", "C".repeat(19)), "DEC", "client-key-length"],
      [MT1401.replace(/(<FunctionCode>.*\n)(<MessageType>.*\n)/, "$2$1"), "MT1401", "manifest-order"],
    ] as const) {
      const schema = await judge(scanXml(Buffer.from(xml)), modelOf(type) as Model);
      const found = preflight(contextOf(xml)).filter((check) => check.rule === `SW-RULE-${rule}`);
      assert.equal(found.length, 1, rule);
      const echo = schema.filter(({ path, about }) => path === found[0]?.path && about !== undefined);
      assert.equal(echo.length, 1, rule);
      assert.equal(mergeChecks(schema, found).length, schema.length, rule);
    }
  });

  it("give way to a new run of the same node where its old findings are left, and only then", () => {
    const xsd: Check = { ...(FOUND[0] as Check), rule: "SW-XSD" };
    const [mine] = mergeChecks(own({ text: "a", rule: "price" }), []);
    const left = [mine as Check, xsd, ...FOUND];
    assert.deepEqual(mergeChecks(left, [], "preflight"), [mine, xsd]);
    assert.deepEqual(mergeChecks(left, [], "xsd"), [mine, ...FOUND]);
    assert.deepEqual(mergeChecks(left, []), left);
  });
});
