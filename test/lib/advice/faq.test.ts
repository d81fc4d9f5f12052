import assert from "node:assert/strict";
import { adviceFor, faqAdvice } from "../../../lib/advice/index.js";
import type { Bilingual } from "../../../lib/errors.js";
import { CASES, common, local } from "./faq-cases.js";

function assertWhole(advice: Bilingual | null | undefined, about: string): asserts advice is Bilingual {
  assert.ok(advice, about);
  for (const text of [advice.zh, advice.en]) {
    assert.ok(text.length > 10, about);
    assert.doesNotMatch(text, /undefined|null|TODO|XXX|\{\w*\}|\$\{|%s|。。|\.\./, about);
  }
  assert.match(advice.zh, /处理：\S/, about);
  assert.match(advice.en, /What to do: \S/, about);
}

describe("advice on the FAQ", () => {
  for (const { item, query, zh, en } of CASES) {
    it(`item ${item}: ${query.text.slice(0, 40)}`, () => {
      const advice = adviceFor(query);
      assertWhole(advice, item);
      assert.match(advice.zh, zh);
      assert.match(advice.en, en);
      if (item !== "13") assert.deepEqual(advice, faqAdvice(item));
    });
  }

  it("has every item from 10 to 21, and B1 to B4", () => {
    const items = Array.from({ length: 12 }, (_, index) => String(index + 10));
    assert.deepEqual([...new Set(CASES.map(({ item }) => item))], items);
    for (const item of [...items, "B1", "B2", "B3", "B4"]) assertWhole(faqAdvice(item), item);
    assert.equal(faqAdvice("99"), undefined);
  });

  it("explains the codes of the card control wherever they stand", () => {
    const codes: [string, RegExp][] = [
      ["51571", /不要重发/],
      ["50200", /读卡器/],
      ["51590", /插入/],
      ["50070", /复位/],
      ["Base60408", /控件/],
      ["Base50000", /参数/],
      ["Base60000", /文件/],
      ["Base60017", /未公开/],
    ];
    for (const [code, zh] of codes) {
      for (const query of [local("C134", `["x:错误码=${code}","Err:Custom"]`), { code, text: "" }]) {
        const advice = adviceFor(query);
        assertWhole(advice, code);
        assert.match(advice.zh, zh, code);
      }
    }
    const other = adviceFor(local("C134", "序号 1515719 出错"));
    assert.match(other?.zh ?? "", /^卡或签名错误/);
  });

  it("knows a text that was broken over lines, as the FAQ prints it", () => {
    assert.deepEqual(adviceFor(common("系统错误[数\n据库操作失败]")), faqAdvice("18"));
    assert.deepEqual(adviceFor(common("操作卡海关十位和 Session 中的\n不相符")), faqAdvice("19"));
    assert.deepEqual(adviceFor(common("非白名单 用户或者ic卡号\r\n不合法")), faqAdvice("20"));
  });

  it("explains a repeated own number", () => {
    const advice = adviceFor(common("企业内部编号27879-A重复"));
    assertWhole(advice, "own number");
    assert.match(advice.zh, /企业内部编号重复/);
  });
});
