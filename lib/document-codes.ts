import { CORRECT, type CodeMeaning, code } from "./code-line.js";

/** Codes of the official client (faq 10 to 13, domain B), and ours of what is wrong with a document or with the way it takes. */
export const DOCUMENT_CODES = {
  C18: code(
    "retries",
    ["向 RabbitMQ 发送失败或超时", "sending to RabbitMQ failed or timed out"],
    [
      "用“测试连接”看 DNS、TCP、TLS、登录、队列哪一步失败；ping 并 telnet 5671 端口；通畅后重发，仍失败请联系客服",
      "See in the connection test whether DNS, TCP, TLS, login or queue fails; ping the host and try port 5671; send again when it is open, else call the service desk",
    ],
    {
      cause: [
        "到 rmq.chinaport.gov.cn:5671 的网络不通、被防火墙拦截，或账号被拒绝",
        "The network to rmq.chinaport.gov.cn:5671 is down or blocked, or the account was refused",
      ],
      source: "codes.csv failCode, faq 12",
    },
  ),
  C134: code(
    "fails",
    ["卡或签名错误", "card or signature error"],
    [
      "按原因所写排除卡、读卡器、驱动或密码的问题，之后自动继续；密码被拒绝时先改正，不要用同一密码再试，以免锁卡",
      "Mend what the reason names: card, reader, driver or PIN; work then goes on by itself. Correct a refused PIN first and do not try the same one again, it may lock the card",
    ],
    {
      cause: [
        "明细在 failInfo 中：密码错误、没有插卡、读卡器故障等",
        "failInfo has the detail: wrong PIN, no card, reader at fault",
      ],
      source: "codes.csv failCode, faq 13",
    },
  ),
  C141: code(
    "retries",
    ["等待响应超时或卡控件握手超时", "no answer, or no handshake of the card control, in time"],
    [
      "先确认单据是否已导入，再重发；控件超时的先重启读卡器控件",
      "Check first whether it was imported, then send again; restart the card control if that timed out",
    ],
    {
      // Faq 10: one automatic resend.
      times: 1,
      cause: ["服务端响应慢，或卡控件没有运行", "The server is slow, or the card control is not running"],
      source: "codes.csv failCode, faq 10, faq 11",
    },
  ),
  C144: code(
    "waits",
    ["卡密码为空", "the card PIN is empty"],
    [
      "在“用户设置-卡/加密机”（本软件为“IC 卡/加密机”节点）填写该卡的密码，填错会锁卡",
      "Set the card's PIN in the card node; a wrong one may lock the card",
    ],
    { cause: ["没有设置卡密码", "No PIN was set"], source: "codes.csv failCode, faq 13" },
  ),
  "SW-XSD": code("fails", ["XML 格式或结构不符合规定", "the XML is not valid"], CORRECT, {
    cause: ["见错误所在的行和路径", "See the line and path of each error"],
  }),
  "SW-ZIP": code(
    "fails",
    ["ZIP 文件有问题", "the ZIP is bad"],
    [
      "把 XML 和 PDF 直接压缩成一个没有文件夹的 ZIP，再重新放入 OutBox",
      "Pack XML and PDFs into one flat ZIP and drop it into OutBox again",
    ],
    {
      cause: [
        "ZIP 内有文件夹、文件损坏、加密，或超出大小限制",
        "A folder in the ZIP, damage, encryption, or a limit exceeded",
      ],
      source: 'design, "Codes", faq 3, faq 15',
    },
  ),
  "SW-RULE-*": code("fails", ["发送前检查未通过", "refused by a check before sending"], CORRECT, {
    cause: ["见检查结果中的路径和行号", "See path and line in the findings"],
  }),
  "SW-DUP": code(
    "fails",
    ["该单据已经发送过", "this document was sent before"],
    [
      "查看原单据的回执；确需重发时用“重发”，确为另一份单据时用“仍要发送”",
      "Look at the receipts of the first one; resend that one if it has to go again, or send this one anyway if it is another document",
    ],
    {
      cause: [
        "内容与已发送的文件相同，或业务、类型、操作和企业内部编号相同",
        "The content equals a file that was sent, or business, type, operation and own number do",
      ],
    },
  ),
  "SW-REPLACED": code(
    "fails",
    ["在发送之前已被新文件代替", "it was replaced by a newer file before it was sent"],
    ["无需处理，新文件按原流程发送", "Nothing to do: the newer file goes its way"],
  ),
  "SW-HELD": code(
    "waits",
    ["暂缓发送，尚未发出", "held, not sent yet"],
    [
      "原因消除后选择“解除暂缓”继续发送；设有时间的到时自动继续",
      "Release it when the reason is gone, and it goes on; one with a time goes on by itself then",
    ],
  ),
  "SW-ORPHAN": code(
    "fails",
    [
      "TempBox 中的文件没有台账记录，可能已经发送过",
      "a file in TempBox that the ledger does not know: it may have been sent",
    ],
    [
      "先在单一窗口网页查询该单据；未到达的再选择重发，否则解除暂缓",
      "Look it up on the Single Window's page; resend it if it has not arrived, else release it",
    ],
  ),
  "SW-INCOMPLETE": code(
    "fails",
    ["文件一直没有写完", "the file was never finished"],
    ["重新生成文件：先写成 .tmp，写完再改名", "Write it again: as .tmp first, renamed when complete"],
    {
      cause: [
        "写文件的程序中断，或没有先写临时文件再改名",
        "The writer stopped, or does not write under another name first",
      ],
    },
  ),
  "SW-SIZE": code(
    "fails",
    ["文件超过允许的大小", "the file is larger than it may be"],
    ["减小或拆分附件后重新放入 OutBox", "Make the attachments smaller, or split them, and hand it in again"],
  ),
  "SW-FILE-MISSING": code(
    "fails",
    ["单据文件已不在 TempBox 和 OutBox 中", "the document's file is in neither TempBox nor OutBox"],
    [
      "请把文件放回原处，单据会自动继续；找不回来的，请结束此单据，再从 ERP 重新导出",
      "Put the file back where it was and the document goes on; if it is lost, end the document and export it from the ERP again",
    ],
  ),
  "SW-TYPE": code(
    "waits",
    ["不知道如何签名或封装该类报文", "it is not known how this type of message is signed or wrapped"],
    [
      "不是报文的，选择“结束，移到 FailBox”；是报文的，在“导入客户端”节点的“未知类型的报文”中为该文件夹指定签名方式、ZIP 或原样、接收方，在此之前单据等待",
      "If it is no document, choose End it, into FailBox; if it is one, set signing profile, ZIP or as it is, and receiver for its folder in the import-client node, under Types that are not known. Until then the document waits",
    ],
  ),
} satisfies Record<string, CodeMeaning>;
