import assert from "node:assert/strict";
import { readMapping } from "../../../lib/compose/mapping.js";
import { checksOfRows } from "../../../lib/compose/row-checks.js";
import { groupRows } from "../../../lib/compose/rows.js";

const MAPPING = JSON.stringify({
  group: "单号",
  each: "DecLists/DecList",
  fields: {
    "DecHead/IEFlag": { column: "进出口", map: { 进口: "I" } },
    "DecHead/TradeCode": { value: "3120" },
    "DecHead/NoteS": { column: "备注", value: "无" },
    "DecLists/DecList/GName": "品名",
    "DecLists/DecList/Sub/X": "x",
  },
});

const read = (text: string) => {
  const mapping = readMapping(text);
  assert.ok(mapping);
  return mapping;
};

describe("rows by a mapping", () => {
  it("become one object for each document, its head by the first row", () => {
    const rows = [
      { 单号: "B", 进出口: "进口", 品名: "一", x: 1 },
      { 单号: "A", 进出口: "I", 品名: "二", 备注: "" },
      { 单号: "B", 进出口: "出口", 品名: "三" },
    ];
    assert.deepEqual(JSON.parse(JSON.stringify(groupRows(rows, read(MAPPING)))), [
      {
        key: "B",
        object: {
          DecHead: { IEFlag: "I", TradeCode: "3120", NoteS: "无" },
          DecLists: { DecList: [{ GName: "一", Sub: { X: 1 } }, { GName: "三" }] },
        },
        differing: ["进出口"],
        unmapped: [],
      },
      {
        key: "A",
        object: {
          DecHead: { IEFlag: "I", TradeCode: "3120", NoteS: "无" },
          DecLists: { DecList: [{ GName: "二" }] },
        },
        differing: [],
        unmapped: [],
      },
    ]);
  });

  it("say row and column of a value that its map does not have, and of what is found in the document", () => {
    const rows = [
      { 单号: "A", 进出口: "进口", 品名: "一" },
      { 单号: "B", 进出口: "出口", 品名: "二" },
      { 单号: "B", 进出口: "出口", 品名: "三" },
    ];
    const [, second] = groupRows(rows, read(MAPPING));
    assert.ok(second);
    const found = (path: string) => {
      const text = { zh: "太长", en: "too long" };
      return { rule: "SW-XSD", severity: "warning" as const, path, line: 3, text, advice: text };
    };
    const checks = checksOfRows(second, [
      found("DecMessage/DecLists/DecList[2]/GName"),
      found("DecMessage/DecHead/NoteS"),
      found("DecMessage/DecHead/TradeCode"),
    ]);
    assert.deepEqual(
      checks.map(({ severity, text }) => `${severity} ${text.zh}`),
      [
        "error 数据第 2 行，列“进出口”：映射的 map 中没有“出口”",
        "warning 数据第 3 行，列“品名”：太长",
        "warning 数据第 2 行，列“备注”：太长",
        "warning 太长",
      ],
    );
  });

  it("are one document without a group, and one each where nothing repeats", () => {
    const { fields } = JSON.parse(MAPPING) as { fields: object };
    const rows = [{ 品名: "一" }, { 品名: "二" }];
    assert.equal(groupRows(rows, read(JSON.stringify({ each: "DecLists/DecList", fields }))).length, 1);
    assert.equal(groupRows(rows, read(JSON.stringify({ fields }))).length, 2);
    assert.equal(groupRows(rows[0], read(JSON.stringify({ fields }))).length, 1);
  });

  it("say which row belongs to no document, and what is no row", () => {
    assert.throws(() => groupRows([{ 单号: "A" }, { 单号: "" }], read(MAPPING)), { code: "SW-MESSAGE", message: /2/ });
    for (const wrong of [[], null, "x", [1], [null]]) {
      assert.throws(() => groupRows(wrong, read(MAPPING)), { code: "SW-MESSAGE" });
    }
  });

  it("reach no prototype by a path", () => {
    const mapping = read(JSON.stringify({ fields: { "__proto__/polluted": "a", "constructor/prototype/p": "a" } }));
    groupRows([{ a: 1 }], mapping);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    assert.equal((Object.prototype as { p?: unknown }).p, undefined);
  });

  it("are refused with a mapping that cannot be read, by what is wrong in it", () => {
    assert.equal(readMapping(""), undefined);
    for (const [text, word] of [
      ["{", "JSON"],
      ["[]", "object"],
      ["{}", "fields"],
      ['{"fields":{}}', "fields"],
      ['{"fields":{"a":1}}', "a:"],
      ['{"fields":{"a":{}}}', "a:"],
      ['{"fields":{"a":{"column":1}}}', "a:"],
      ['{"fields":{"a":{"column":"c","map":{"x":1}}}}', "map"],
      ['{"group":1,"fields":{"a":"c"}}', "group"],
      ['{"felds":{"a":"c"}}', "felds"],
    ] as const) {
      assert.throws(
        () => readMapping(text),
        (error: Error & { code?: string }) => {
          assert.equal(error.code, "SW-CONFIG");
          assert.ok(error.message.includes(word), `${text}: ${error.message}`);
          return true;
        },
      );
    }
  });
});
