import assert from "node:assert/strict";
import { adviceFor, BUILT_IN, codeEntry, outcomeOf, statusText } from "../../../lib/advice/index.js";
import type { Bilingual } from "../../../lib/errors.js";
import { FORMATS } from "../../../lib/receipts/index.js";

/** Codes of formats/codes.csv that are a failure or a status, by the format that carries them. */
const CODES: Record<string, string> = {
  DEC_RESULT:
    "1 2 3 4 7 8 9 A B C D E F G H I J K L M N O P Q R S T U V W X Y Z # a b c d SpL SpE SpJ Sp1 SpC SpK f0 F1 S0 E0 E1",
  DecImportResponse: "0 1",
  CommonResponseMessage: "0 -1",
  INV201: "1 2 3 4 Y Z",
  SAS221: "1 2 3 4 Y Z",
  SAS223: "1 2 3 4 Y Z",
  SAS224: "1 2 3 4 Y Z",
  SAS251: "1 2 3 4 Y Z",
  SAS253: "1 2 3 4 Y Z",
  EMS221: "2 3 5 6 7 A B Y Z",
  EMS200: "1 2",
  INV200: "1 2",
  SAS200: "1 2",
  INV202: "1 2",
  INV211: "0 1 2 3",
  HTRES4:
    "0 -900517 01 02 03 11 12 13 E3 D0 D1 19000 19001 19003 19004 19010 19011 13001 13003 13008 15005 15006 15007",
  EXP302: "D0",
  CEB622Message: "1 2 3 4 100 120 300 399 500 501 502 503 599 700 800 899 -1 -304001",
  CEB816Message: "1 2 3",
  Receipt: "1 2 3 5 6 8",
  FileRet: "1 2 3 4",
  ImportAgrResponse: "0 1",
  ACD002: "S",
  Root: "C18 C134 C141 C144 51571 50070 50200 51590 Base60408 Base50000 Base60000 Base60017 Custom51571 Custom50070 Custom50200 SW-XSD SW-ZIP SW-DUP SW-INCOMPLETE SW-PIN-BLOCKED SW-UNKNOWN SW-RULE-empty-numeric SW-STATE",
};

/** Refusals: a receipt that is not plainly good must say so. */
const REFUSED: Record<string, string> = {
  DEC_RESULT: "4 8 9 A D E N U Y Z SpE f0 F1",
  INV201: "3 4 Z",
  HTRES4: "-900517 03 12 13 19001 19004 13001 13003 15005 15006 15007",
  CEB622Message: "4 100 501 502 503 599 700 -1 -304001",
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
  for (const [format, codes] of Object.entries(CODES)) {
    it(`has every code of ${format}, in both languages`, () => {
      for (const code of list(codes)) {
        const entry = codeEntry(format, code);
        assert.ok(entry, `${format} ${code} has no entry`);
        const meaning = statusText(format, code);
        assert.ok(meaning?.zh && meaning.en, `${format} ${code}`);
        assert.ok(entry.source, `${format} ${code} has no source`);
        const advice = adviceFor({ format, code, text: "" });
        if (entry.outcome === "good") assert.equal(advice, null, `${format} ${code}`);
        else {
          assertWhole(advice, `${format} ${code}`);
          assert.ok(entry.action, `${format} ${code} does not say what to do`);
          assert.match(advice.zh, /处理：/);
          assert.match(advice.en, /What to do: /);
        }
      }
    });
  }

  it("knows refusals from statuses", () => {
    for (const [format, codes] of Object.entries(REFUSED)) {
      const refused = list(CODES[format] as string).filter((code) => outcomeOf(format, code) === "refused");
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
    for (const format of [...FORMATS.map((known) => known.format), ...Object.keys(CODES)]) {
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
