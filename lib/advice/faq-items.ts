import { cardFaults } from "./codes/card.js";
import type { CodeEntry, Explanation } from "./types.js";

export interface FaqItem extends Explanation {
  /** `faq-10`, `faq-b2`, or a name for texts that the FAQ's neighbours give. */
  id: string;
  /** Words of receipts and errors by which it is recognised; none for items that no text carries. */
  patterns: readonly RegExp[];
  formats?: readonly string[];
}

const { code: _code, outcome: _outcome, ...wrongPin } = cardFaults.find(({ code }) => code === "51571") as CodeEntry;

/** What the service desk's FAQ says (faq 10 to 21, B1 to B4), in our words. Order matters: the first pattern that fits wins. */
export const faqItems: readonly FaqItem[] = [
  {
    id: "faq-11",
    patterns: [/握手超时/],
    meaning: { zh: "与卡控件通讯时等待握手超时（C141）", en: "the card control did not shake hands in time (C141)" },
    cause: { zh: "读卡器控件没有运行，或已停止响应", en: "the card control is not running, or hangs" },
    action: {
      zh: "重启读卡器控件；控件恢复后单据自动继续，不必重发，也不必重启本软件",
      en: "restart the card control; the document goes on by itself once it is back, nothing has to be sent again or restarted",
    },
    source: "faq 11",
  },
  {
    id: "faq-10",
    patterns: [/等待响应超时/],
    meaning: { zh: "等待响应超时（C141）", en: "no answer came in time (C141)" },
    cause: {
      zh: "服务端或网络响应慢；单据可能已经送达",
      en: "server or network were slow; the document may have arrived",
    },
    action: {
      zh: "本软件已用同一编号自动重发一次；先在单一窗口核实是否已导入，确未导入的再重发，仍超时请联系客服",
      en: "it was sent again once by itself, with the same key; look at the Single Window whether it was imported, resend it if it was not, and if it times out again ask the service desk",
    },
    source: "faq 10",
  },
  {
    id: "faq-13-empty",
    patterns: [/卡密码不能为空/],
    meaning: { zh: "没有设置卡密码（C144）", en: "no card PIN is set (C144)" },
    cause: {
      zh: "“IC 卡/加密机”节点中没有填写 PIN（官方客户端为“用户设置-卡/加密机”）",
      en: "no PIN is set in the card node",
    },
    action: {
      zh: "在“IC 卡/加密机”节点中填写该卡的正确 PIN 并部署，等待的单据自动继续；密码填错会锁卡",
      en: "set the right PIN of this card in the card node and deploy; what waits goes on by itself. Wrong PINs lock the card",
    },
    source: "faq 13",
  },
  {
    id: "faq-13",
    patterns: [/输入口令错误/],
    ...wrongPin,
  },
  {
    id: "faq-12",
    patterns: [/Send->RabbitMQ|RabbitMQ.{0,20}发送|发送报文时发生错误/],
    meaning: { zh: "向 RabbitMQ 发送报文失败（C18）", en: "sending to RabbitMQ failed (C18)" },
    cause: {
      zh: "网络不通、5671 端口被拦截、账号被拒绝或操作超时",
      en: "no network, port 5671 blocked, account refused, or a time-out",
    },
    action: {
      zh: "检查网络：ping rmq.chinaport.gov.cn，telnet 其 5671 端口，再点“测试连接”；通畅后单据自动继续，不必重启；仍失败请联系客服",
      en: "check the network: ping rmq.chinaport.gov.cn, try its port 5671, run the connection test; documents go on by themselves once the line is well, and if it still fails call the service desk",
    },
    source: "faq 12",
  },
  {
    id: "faq-14",
    patterns: [/For input string:\s*(?:""|“”|&quot;&quot;)/, /暂存的业务报文格式数据不正确/],
    meaning: { zh: "报文里有数字字段为空或格式不对", en: "a numeric field of the document is empty or malformed" },
    cause: {
      zh: "空的数字元素（如 <GQty></GQty>）不能转换成数值",
      en: "an empty numeric element, e.g. <GQty></GQty>, cannot be turned into a number",
    },
    action: {
      zh: "填写该字段，或把空元素整个去掉；发送前检查会给出路径和行号",
      en: "fill the field or leave the element out; the check before sending names its path and line",
    },
    source: "faq 14",
  },
  {
    id: "faq-15",
    patterns: [/ZIP.{0,12}(?:文件夹|目录|无法发送)|缺少\s*Edoc(?:Rea|Re)lation|随附单据.{0,8}缺/i],
    meaning: { zh: "ZIP 报文没有发出", en: "the ZIP was not sent" },
    cause: {
      zh: "常见原因：没有插卡、没有设置卡密码、ZIP 内多了一层文件夹、报文缺少 EdocRealation 或缺少对应的 PDF",
      en: "usually: no card, no PIN, a folder inside the ZIP, EdocRealation missing for a PDF, or a PDF missing for an EdocRealation",
    },
    action: {
      zh: "逐项检查；用文件名在日志中查找具体原因，把 XML 与 PDF 直接压缩，不带文件夹",
      en: "check one after the other; look for the file name in the log, and pack XML and PDFs without a folder",
    },
    source: "faq 15",
  },
  {
    id: "faq-16",
    patterns: [/不存在\s*MessageType|-900517/],
    meaning: {
      zh: "网关提示报文中不存在 MessageType 端点（-900517）",
      en: "the gateway finds no MessageType end point (-900517)",
    },
    cause: { zh: "舱单以单独的 XML 发送，没有压缩", en: "the manifest went as a bare XML, not packed" },
    action: {
      zh: "把报文压缩成 ZIP 后重新发送；本软件会自动压缩舱单",
      en: "send it again as a ZIP; this package packs manifests by itself",
    },
    source: "faq 16",
  },
  {
    id: "faq-17",
    patterns: [/成功发往海关/],
    meaning: { zh: "单据一直停在“成功发往海关”", en: "the document stays at “成功发往海关” (sent to customs)" },
    cause: {
      zh: "报文有空值字段、舱单字段没有按 XSD 顺序、SenderID 填错，或 ZIP 头缺少压缩方式、大小、时间",
      en: "empty fields, manifest fields out of XSD order, a wrong SenderID, or ZIP headers without method, sizes and time",
    },
    action: {
      zh: "去掉空值字段，按 XSD 排序，SenderID 用“4 位关区+组织机构代码_DXPESW+客户端 ID”，重新压缩后申报",
      en: "drop empty fields, keep XSD order, write SenderID as 4-digit region + organisation code + _DXPESW + client ID, pack again and send",
    },
    source: "faq 17",
  },
  {
    id: "faq-18",
    patterns: [/数据库操作失败/],
    meaning: { zh: "系统错误[数据库操作失败]", en: "system error: the database operation failed" },
    cause: {
      zh: "修改时表头表体 SeqNo 不一致、账册编号不对、商品序号重复、报关单序号重复，或规格型号含特殊字符",
      en: "SeqNo differs between head and rows of a change, wrong account book, repeated goods numbers, repeated entry numbers, or special characters in the specification",
    },
    action: {
      zh: "新导入的 SeqNo 留空，修改的表头表体都填预录入编号；核对账册和各序号；规格型号用 CDATA 括起来",
      en: "leave SeqNo empty for a new list and fill it in head and rows of a change; check account book and numbers; put the specification into CDATA",
    },
    source: "faq 18",
  },
  {
    id: "faq-19",
    patterns: [/海关十位.{0,12}(?:Session|不相符|不符)|Session中的不相符/i],
    meaning: {
      zh: "操作卡的海关十位编码与报文不符",
      en: "the card's ten-digit customs code differs from the document's",
    },
    cause: {
      zh: "InputCode 或 OperCusRegCode 不是这张卡所属企业的编码",
      en: "InputCode or OperCusRegCode is not the code of the card's company",
    },
    action: {
      zh: "把表头 InputCode 和 OperCusRegCode 改成导入卡的海关十位编码",
      en: "set InputCode and OperCusRegCode to the card's ten-digit code",
    },
    source: "faq 19",
  },
  {
    id: "faq-20",
    patterns: [/非白名单用户|ic\s*卡号?不合法/i],
    meaning: { zh: "非白名单用户或 IC 卡号不合法", en: "not a listed user, or the IC card number is not valid" },
    cause: {
      zh: "操作卡过期或被锁定，或报文中的卡号与插入的卡不一致",
      en: "the card has expired or is locked, or the document names another card",
    },
    action: {
      zh: "检查卡的有效期和锁定状态，把报文中的 IcCardNo 改成该卡卡号",
      en: "check the card's validity and lock state, and set IcCardNo to this card's number",
    },
    source: "faq 20",
  },
  {
    id: "faq-21",
    patterns: [/查询不到.{0,6}单据|没办法查询到|未查询到(?:相关)?单据/],
    meaning: { zh: "已导入，但在目标业务系统查不到单据", en: "imported, but not found in the target system" },
    cause: {
      zh: "没有收到导入成功回执、录入或申报单位不是卡所属企业、查询条件有误，或 SysId 填错",
      en: "no import receipt yet, the entering or declaring company is not the card's, a wrong query, or a wrong SysId",
    },
    action: {
      zh: "确认已收到导入成功回执，用其中的 SeqNo 查询；核对录入单位、申报单位和 SysId",
      en: "make sure that the import receipt came and search by its SeqNo; check both companies and SysId",
    },
    source: "faq 21",
  },
  {
    id: "own-number-repeated",
    patterns: [/企业内部编号.{0,40}重复|内部(?:清单)?编号.{0,10}已存在/],
    meaning: { zh: "企业内部编号重复", en: "the own number was used before" },
    cause: { zh: "该编号的单据已经导入过", en: "a document with this number was imported already" },
    action: {
      zh: "查看先前单据的回执；确为新单据时换一个编号",
      en: "look at the earlier document's receipts; use a new number for a new document",
    },
    source: "domain B",
  },
  {
    id: "faq-b1",
    patterns: [],
    meaning: { zh: "申请导入客户端所需的资料", en: "the papers needed to apply for the import client" },
    action: {
      zh: "以当地单一窗口网站的公告为准，按其中的流程申请",
      en: "see the notice on your region's Single Window site and apply as it says",
    },
    source: "faq B1",
  },
  {
    id: "faq-b2",
    patterns: [],
    meaning: {
      zh: "电脑有多块网卡或使用无线网络",
      en: "the computer has several network adapters, or uses a wireless one",
    },
    cause: {
      zh: "官方客户端与网卡绑定，网卡变化会使绑定失效",
      en: "the official client is bound to the adapter, and a change breaks the binding",
    },
    action: {
      zh: "只保留一块有线网卡，其余禁用；绑定后不要增加网卡",
      en: "keep one wired adapter and disable the others; add none after binding",
    },
    source: "faq B2",
  },
  {
    id: "faq-b3",
    patterns: [],
    meaning: { zh: "服务地区选错，需要变更", en: "the wrong service region was chosen" },
    action: {
      zh: "准备盖章的申请说明、客户端 ID 与操作员账号、企业名称、组织机构代码、信用代码和海关编码，做成 PDF 发给客服；“连接诊断”节点会列出这些数据",
      en: "send the service desk a stamped PDF with the request, client ID and operator account, company name, organisation, credit and customs codes; the diagnose node prints them",
    },
    source: "faq B3",
  },
  {
    id: "faq-b4",
    patterns: [],
    meaning: { zh: "异地企业也可以申请和使用", en: "companies from other regions may apply and use it" },
    action: { zh: "直接申请即可，地区设置不限制发送", en: "simply apply; the region setting restricts nothing" },
    source: "faq B4",
  },
];
