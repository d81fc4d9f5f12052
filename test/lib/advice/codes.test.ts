import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { adviceFor, BUILT_IN, codeEntry, outcomeOf, statusText } from "../../../lib/advice/index.js";
import type { Bilingual } from "../../../lib/errors.js";
import { FORMATS } from "../../../lib/receipts/index.js";

/** Every code list that a receipt can carry: its name, the formats (or the field beside the result), its codes. */
const LISTS = readFileSync(join(__dirname, "..", "..", "fixtures", "receipt-codes.txt"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("# "))
  .map((line) => {
    const [name = "", formats = "", codes = ""] = line.split(" | ");
    return { name, formats: formats.split(" "), codes: codes.split(" ") };
  });

/** Codes of our own, and those that the client puts `Custom` in front of. */
const OWN =
  "Custom51571 Custom50070 Custom50200 SW-XSD SW-ZIP SW-DUP SW-INCOMPLETE SW-PIN-BLOCKED SW-UNKNOWN SW-RECEIPT SW-RULE-empty-numeric SW-STATE";

const codesOf = (format: string) =>
  LISTS.filter(({ formats }) => formats.includes(format)).flatMap(({ codes }) => codes);

/** Refusals: a receipt that is not plainly good must say so. */
const REFUSED: Record<string, string> = {
  DEC_RESULT: "4 8 9 A D E N U Y Z SpE f0 F1",
  INV201: "3 4 Z",
  HTRES4: "-900517 03 12 13 19001 19004 13001 13003 15005 15006 15007",
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

  function assertExplained(format: string, code: string, kind?: "import" | "business"): void {
    const entry = codeEntry(format, code === "<0" ? "-304001" : code, undefined, kind);
    assert.ok(entry, `${about(format, code)} has no entry`);
    assert.match(entry.meaning.zh, /\p{Script=Han}/u, about(format, code));
    assert.ok(entry.meaning.en && entry.source, `${about(format, code)} has no English text or no source`);
    const advice = adviceFor({ format, code: code === "<0" ? "-304001" : code, text: "", ...(kind && { kind }) });
    if (entry.outcome === "good") assert.equal(advice, null, about(format, code));
    else {
      assertWhole(advice, about(format, code));
      assert.ok(entry.action, `${about(format, code)} does not say what to do`);
      assert.match(advice.zh, /处理：/);
      assert.match(advice.en, /What to do: /);
    }
  }

  for (const { name, formats, codes } of LISTS) {
    it(`has every code of ${name}, in both languages`, () => {
      const kind = name === "COO.Channel" ? "import" : name === "COO.RepType" ? "business" : undefined;
      for (const format of formats) for (const code of codes) assertExplained(format, code, kind);
      const sources = BUILT_IN.tables
        .filter((table) => table.formats.length === 0 || formats.some((format) => table.formats.includes(format)))
        .flatMap(({ entries }) => entries)
        .filter(({ code }) => codes.includes(code))
        .map(({ source }) => source);
      assert.ok(
        sources.some((source) => source.includes(name)),
        `no entry names ${name} as its source`,
      );
    });
  }

  it("has every code of our own, and the client's with Custom in front", () => {
    for (const code of list(OWN)) assertExplained("Root", code);
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
    assert.equal(statusText("CommonResponseMessage", "R"), undefined);
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
    for (const format of [...FORMATS.map((known) => known.format), ...LISTS.flatMap(({ formats }) => formats)]) {
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
