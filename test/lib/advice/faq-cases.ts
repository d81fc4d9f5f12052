import type { AdviceQuery } from "../../../lib/advice/index.js";

/** What a receipt or page says, and the words that the advice must have. */
export interface Case {
  item: string;
  query: AdviceQuery;
  zh: RegExp;
  en: RegExp;
}

export const local = (code: string, text: string): AdviceQuery => ({
  format: "Root",
  kind: "local",
  ok: false,
  code,
  text,
});
export const common = (text: string): AdviceQuery => ({
  format: "CommonResponseMessage",
  kind: "import",
  ok: false,
  code: "-1",
  text,
});

export const CASES: readonly Case[] = [
  { item: "10", query: local("C141", "错误: 等待响应超时!"), zh: /重发/, en: /resend it/ },
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
