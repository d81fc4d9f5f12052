import assert from "node:assert/strict";
import { type AdviceQuery, adviceFor, faqAdvice } from "../../../lib/advice/index.js";
import type { Bilingual } from "../../../lib/errors.js";

/** What a receipt or page says, and the words that the advice must have. */
interface Case {
  item: string;
  query: AdviceQuery;
  zh: RegExp;
  en: RegExp;
}

const local = (code: string, text: string): AdviceQuery => ({ format: "Root", kind: "local", ok: false, code, text });
const common = (text: string): AdviceQuery => ({
  format: "CommonResponseMessage",
  kind: "import",
  ok: false,
  code: "-1",
  text,
});

const CASES: readonly Case[] = [
  { item: "10", query: local("C141", "错误: 等待响应超时!"), zh: /重新发送/, en: /send it again/ },
  {
    item: "11",
    query: local("C141", "错误:卡控件通讯等待握手超时!"),
    zh: /重启读卡器控件/,
    en: /restart the card control/,
  },
  {
    item: "12",
    query: local(
      "C18",
      "C:\\ImpPath\\DecCus001\\OutBox\\3537217_20181023170901294.zip错误信息： Send->RabbitMQ 发送报文时发生错误,连接:amqp://U_SW191672Szs:***,错误：操作已超时。",
    ),
    zh: /5671/,
    en: /5671/,
  },
  { item: "13", query: local("C144", "卡密码不能为空，请设置卡密码!"), zh: /密码/, en: /PIN/ },
  {
    item: "13",
    query: local("C134", "[智能卡应用模块]输入口令错误，还可以重试一次:错误码=51571; Err:Custom51571"),
    zh: /不要重发/,
    en: /do not send again/,
  },
  {
    item: "14",
    query: {
      format: "DecImportResponse",
      kind: "import",
      ok: false,
      code: "1",
      text: '01暂存的业务报文格式数据不正确! For input string:\n    ""',
    },
    zh: /数字字段/,
    en: /numeric/,
  },
  { item: "15", query: { code: "", text: "ZIP 无法发送" }, zh: /EdocRealation/, en: /EdocRealation/ },
  {
    item: "16",
    query: { format: "HTRES4", kind: "import", ok: false, code: "-900517", text: "报文中不存在MessageType端点" },
    zh: /ZIP/,
    en: /ZIP/,
  },
  { item: "17", query: { code: "", text: "成功发往海关" }, zh: /_DXPESW/, en: /_DXPESW/ },
  { item: "18", query: common("系统错误[数据库操作失败]"), zh: /CDATA/, en: /CDATA/ },
  { item: "19", query: common("操作卡海关十位和Session中的不相符"), zh: /OperCusRegCode/, en: /OperCusRegCode/ },
  { item: "20", query: common("非白名单用户或者ic卡号不合法，请检查"), zh: /IcCardNo/, en: /IcCardNo/ },
  { item: "21", query: { code: "", text: "在目标业务系统没办法查询到相关单据" }, zh: /SysId/, en: /SysId/ },
];

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

  it("explains a repeated own number", () => {
    const advice = adviceFor(common("企业内部编号27879-A重复"));
    assertWhole(advice, "own number");
    assert.match(advice.zh, /企业内部编号重复/);
  });
});
