import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import {
  adviceFor,
  BUILT_IN,
  type CodeEntry,
  type CodeTable,
  codeEntry,
  outcomeOf,
  statusText,
} from "../../../lib/advice/index.js";
import type { Bilingual } from "../../../lib/errors.js";
import { FORMATS } from "../../../lib/receipts/index.js";
import { SHAPES } from "../../../simulator/answers/shapes/index.js";

const formats = (file: string) =>
  parse(readFileSync(join(__dirname, "..", "..", "..", "formats", file)), { bom: true, columns: true }) as Record<
    string,
    string
  >[];

const CODES = formats("codes.csv");
/** The codes of a list, as far as they are known. */
const listedIn = (name: string) => CODES.filter(({ list }) => list === name).map(({ code = "" }) => code);
/** Those that the receipts' own tables point to, and those that our tables are named after. */
const CARRIED = new Set([
  ...formats("receipts.csv").flatMap(({ pattern_or_codes = "" }) =>
    [...pattern_or_codes.matchAll(/list:([\w.]+)/g)].map(([, list]) => list as string),
  ),
  ...BUILT_IN.tables.map(({ list }) => list).filter((list) => listedIn(list).length > 0),
]);
const tablesOf = (list: string) => BUILT_IN.tables.filter((table) => table.list === list);

/** Codes of our own, and those that the client puts `Custom` in front of. */
const OWN =
  "Custom51571 Custom50070 Custom50200 SW-XSD SW-ZIP SW-DUP SW-INCOMPLETE SW-PIN-BLOCKED SW-UNKNOWN SW-RECEIPT SW-RULE-empty-numeric SW-STATE";

/** Every code that a table has for a format. */
const codesOf = (format: string) => {
  const named = BUILT_IN.tables.filter((table) => table.formats.includes(format));
  const tables = named.length > 0 ? named : BUILT_IN.tables.filter(({ family }) => family?.test(format));
  return tables.flatMap(({ entries }) => entries.map(({ code }) => code));
};

/** Refusals: a receipt that is not plainly good must say so. */
const REFUSED: Record<string, string> = {
  DEC_RESULT: "4 8 9 A D E N U Y Z SpE f0 F1",
  INV201: "3 Z",
  SAS201: "3 Z",
  EML221: "3 Z",
  SAS200: "2",
  HTRES4: "-900517 E2 E4 03 12 13 19001 19004 13001 13003 15005 15006 15007",
  EXP302: "D1 D3 N R 00 02 06 07 D 20 21 22 23 32 33 34 35 36 37 38 39",
  EXP312: "DN NN",
  DecImportResponse: "*",
  CEB622Message: "4 100 501 502 503 599 700 <0",
  FileRet: "2 4",
};

const list = (codes: string) => codes.split(" ");

function assertWhole(advice: Bilingual | null | undefined, about: string): asserts advice is Bilingual {
  assert.ok(advice, `${about}: no advice`);
  assert.match(advice.zh, /\p{Script=Han}/u, about);
  assert.doesNotMatch(advice.en.replace(/[“"][^”"]*[”"]|\p{Script=Han}{1,6}/gu, ""), /\p{Script=Han}/u, about);
  for (const text of [advice.zh, advice.en]) {
    assert.ok(text.trim().length >= 4, `${about}: ${text}`);
    assert.doesNotMatch(text, /undefined|null|TODO|XXX|\{\w*\}|\$\{|%s|。。|\.\./, about);
  }
}

describe("advice on codes", () => {
  const about = (format: string, code: string) => `${format} ${code}`;

  function assertExplained(entry: CodeEntry, format: string, kind?: "import" | "business"): void {
    const { code } = entry;
    assert.match(entry.meaning.zh, /\p{Script=Han}/u, about(format, code));
    assert.ok(entry.meaning.en && entry.source, `${about(format, code)} has no English text or no source`);
    const one = code === "<0" ? "-304001" : code === "*" ? "any other" : code.replace("*", "x");
    const advice = adviceFor({ format, code: one, text: "", ...(kind && { kind }) });
    if (entry.outcome === "good") assert.equal(advice, null, about(format, code));
    else {
      assertWhole(advice, about(format, code));
      assert.ok(entry.action, `${about(format, code)} does not say what to do`);
      assert.match(advice.zh, /处理：/);
      assert.match(advice.en, /What to do: /);
    }
  }

  for (const list of CARRIED) {
    it(`has every code of ${list} and no other, in both languages`, () => {
      const tables = tablesOf(list);
      const listed = listedIn(list);
      assert.ok(listed.length > 0 && tables.length > 0, list);
      const ours = tables.flatMap(({ entries }) => entries.map(({ code }) => code));
      assert.deepEqual(
        listed.filter((code) => !ours.includes(code) && !ours.includes("*") && !explainedElsewhere(tables, code)),
        [],
        "not explained",
      );
      // `Custom` is what the client puts in front of the control's codes.
      const made = ours.filter((code) => code !== "*" && !code.startsWith("Custom"));
      assert.deepEqual(
        made.filter((code) => !listed.includes(code)),
        [],
        "in no list",
      );
    });
  }

  /** A code that two lists of one format have in common stands in the table of one of them. */
  function explainedElsewhere(tables: readonly CodeTable[], code: string): boolean {
    return tables.some(({ formats }) => formats.some((format) => codeEntry(format, code)));
  }

  it("explains every code that is not plainly good: what it is, and what to do", () => {
    for (const { formats, family, kind, entries } of BUILT_IN.tables) {
      const format = formats[0] ?? FORMATS.find((known) => family?.test(known.format))?.format ?? "";
      for (const entry of entries) {
        if (family && codeEntry(format, entry.code) !== entry) continue;
        assertExplained(entry, format, kind);
      }
    }
  });

  it("has every code of our own, and the client's with Custom in front", () => {
    for (const code of list(OWN)) assertExplained(codeEntry("Root", code) as CodeEntry, "Root");
  });

  it("each is given by the simulator, whose lists are written without ours", () => {
    // Of the cross-border ones, which share a list, one gives it whole.
    const shapes = SHAPES.filter(({ format, codes }) => !/^CEB(?!622|8)/.test(format) && codes.some(Boolean));
    const name = (format: string) =>
      format
        .replace(/^CommonRespone/, "CommonResponse")
        .replace(/, Channel 6$/, "")
        .replace(/^MT\w{4}$/, "HTRES4");
    for (const format of new Set(shapes.map((shape) => name(shape.format)))) {
      const codes = shapes.filter((shape) => name(shape.format) === format).flatMap((shape) => shape.codes);
      const ours = codesOf(format);
      for (const code of ours) {
        const covered = code === "*" || codes.some((one) => one === code || (code === "<0" && one.startsWith("-")));
        assert.ok(covered, `the simulator's ${format} has no ${code}`);
      }
    }
  });

  it("knows refusals from statuses", () => {
    for (const [format, codes] of Object.entries(REFUSED)) {
      const refused = codesOf(format).filter((code) => outcomeOf(format, code) === "refused");
      assert.deepEqual(refused.sort(), list(codes).sort(), format);
    }
  });

  it("is case-sensitive", () => {
    assert.notEqual(statusText("DEC_RESULT", "A")?.zh, statusText("DEC_RESULT", "a")?.zh);
    assert.equal(statusText("DEC_RESULT", "r"), undefined);
    assert.equal(statusText("DEC_RESULT", "SPL"), undefined);
    assert.equal(statusText("DEC_RESULT", "R")?.zh, "结关");
    assert.equal(statusText("SAS221", "y"), undefined);
  });

  it("says both meanings where sources disagree", () => {
    for (const code of list("3 8 9 A G N S Y")) {
      const entry = codeEntry("DEC_RESULT", code);
      assert.ok(entry?.otherwise, code);
      const advice = adviceFor({ format: "DEC_RESULT", kind: "business", ok: true, code, text: "" });
      assertWhole(advice, code);
      assert.ok(advice.zh.includes(entry.meaning.zh) && advice.zh.includes(entry.otherwise.zh), code);
      assert.ok(advice.en.toLowerCase().includes(entry.otherwise.en.toLowerCase()), code);
    }
    assert.ok(codeEntry("ImportAgrResponse", "1")?.otherwise);
  });

  it("tells a gate receipt's 1 and 2 from an approval's, and RepType from Channel", () => {
    assert.equal(statusText("SAS223", "1")?.zh, "已过卡");
    assert.equal(statusText("SAS221", "1")?.zh, "审核通过");
    assert.equal(statusText("EMS221", "2")?.zh, "报核通过");
    assert.equal(statusText("EMS221", "1"), undefined, "not what it means in other approvals");
    assert.equal(statusText("EML221", "2"), undefined, "nobody knows");
    assert.equal(codeEntry("Receipt", "1", undefined, "import")?.outcome, "good");
    assert.equal(codeEntry("Receipt", "1", undefined, "business")?.outcome, "refused");
  });

  it("gives nothing for what is plainly good, and something for all else", () => {
    const good = { kind: "import", ok: true, code: "0", text: "导入成功" } as const;
    assert.equal(adviceFor({ ...good, format: "DecImportResponse" }), null);
    const business = { kind: "business", format: "DEC_RESULT", text: "" } as const;
    assert.equal(adviceFor({ ...business, ok: true, code: "R", statusCode: "R" }), null);
    assertWhole(adviceFor({ ...business, ok: true, code: "C", statusCode: "C" }), "查验");
    assertWhole(adviceFor({ ...business, ok: false, code: "@", statusCode: "@" }), "unknown status");
    assertWhole(
      adviceFor({ kind: "import", ok: false, format: "DecImportResponse", code: "77", text: "" }),
      "unknown failure",
    );
    assertWhole(adviceFor({ code: "", text: "" }), "nothing at all");
  });

  it("says once what a code means: no code twice for one format", () => {
    for (const format of new Set(BUILT_IN.tables.flatMap(({ formats }) => formats))) {
      const seen = new Set<string>();
      for (const table of BUILT_IN.tables.filter(({ formats }) => formats.includes(format))) {
        for (const { code } of table.entries) {
          const key = `${table.kind ?? ""} ${code}`;
          assert.ok(!seen.has(key), `${format} ${key}`);
          seen.add(key);
        }
      }
    }
  });
});
