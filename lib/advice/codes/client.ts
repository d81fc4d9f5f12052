import { entry } from "../entry.js";
import type { CodeTable } from "../types.js";

const FAQ = "codes.csv failCode";
const OWN = "design.md Codes";
const NOT_SENT = [
  "单据没有发出，改正后重新放入 OutBox",
  "Nothing was sent; put it right and drop the file into OutBox again",
] as const;

/** failCode of the official client (faq 10 to 13, domain B). Only these four are public. */
const failCode: CodeTable = {
  list: "failCode",
  formats: [],
  entries: [
    entry(
      "C18",
      "refused",
      ["向 RabbitMQ 发送失败或超时", "sending to RabbitMQ failed or timed out"],
      `${FAQ}, faq 12`,
      {
        cause: [
          "到 rmq.chinaport.gov.cn:5671 的网络不通、被防火墙拦截，或账号被拒绝",
          "The network to rmq.chinaport.gov.cn:5671 is down or blocked, or the account was refused",
        ],
        action: [
          "用“测试连接”看 DNS、TCP、TLS、登录、队列哪一步失败；ping 并 telnet 5671 端口；通畅后重发，仍失败请联系客服",
          "See in the connection test whether DNS, TCP, TLS, login or queue fails; ping the host and try port 5671; send again when it is open, else call the service desk",
        ],
      },
    ),
    entry("C134", "refused", ["卡或签名错误", "card or signature error"], `${FAQ}, faq 13`, {
      cause: [
        "明细在 failInfo 中：密码错误、没有插卡、读卡器故障等",
        "failInfo has the detail: wrong PIN, no card, reader at fault",
      ],
      action: [
        "按内层错误码处理；密码错误时不要重发，以免锁卡",
        "Act on the inner code; after a wrong PIN do not send again, it may lock the card",
      ],
    }),
    entry(
      "C141",
      "refused",
      ["等待响应超时或卡控件握手超时", "no answer, or no handshake of the card control, in time"],
      `${FAQ}, faq 10, faq 11`,
      {
        cause: ["服务端响应慢，或卡控件没有运行", "The server is slow, or the card control is not running"],
        action: [
          "先确认单据是否已导入，再重发；控件超时的先重启读卡器控件",
          "Check first whether it was imported, then send again; restart the card control if that timed out",
        ],
      },
    ),
    entry("C144", "refused", ["卡密码为空", "the card PIN is empty"], `${FAQ}, faq 13`, {
      cause: ["没有设置卡密码", "No PIN was set"],
      action: [
        "在“用户设置-卡/加密机”（本软件为 card 节点）填写该卡的密码，填错会锁卡",
        "Set the card's PIN in the card node; a wrong one may lock the card",
      ],
    }),
  ],
};

/** Codes of this package (design.md, "Codes"). */
const ownCodes: CodeTable = {
  list: "SW",
  formats: [],
  entries: [
    entry("SW-XSD", "refused", ["XML 格式或结构不符合规定", "the XML is not valid"], OWN, {
      cause: ["见错误所在的行和路径", "See the line and path of each error"],
      action: NOT_SENT,
    }),
    entry("SW-ZIP", "refused", ["ZIP 文件有问题", "the ZIP is bad"], `${OWN}, faq 3, faq 15`, {
      cause: [
        "ZIP 内有文件夹、文件损坏、加密，或超出大小限制",
        "A folder in the ZIP, damage, encryption, or a limit exceeded",
      ],
      action: [
        "把 XML 和 PDF 直接压缩成一个没有文件夹的 ZIP，再重新放入 OutBox",
        "Pack XML and PDFs into one flat ZIP and drop it into OutBox again",
      ],
    }),
    entry("SW-DUP", "refused", ["该单据已经发送过", "this document was sent before"], OWN, {
      cause: ["内容与已发送的文件完全相同", "The content equals a file that was sent"],
      action: [
        "查看原单据的回执；确需重发时用“重发”功能",
        "Look at the receipts of the first one; use resend if it really has to go again",
      ],
    }),
    entry("SW-INCOMPLETE", "refused", ["文件一直没有写完", "the file was never finished"], OWN, {
      cause: [
        "写文件的程序中断，或没有先写临时文件再改名",
        "The writer stopped, or does not write under another name first",
      ],
      action: ["重新生成文件：先写成 .tmp，写完再改名", "Write it again: as .tmp first, renamed when complete"],
    }),
    entry(
      "SW-PIN-BLOCKED",
      "refused",
      ["密码保护已启动，不再向该卡发送密码", "the guard is closed: no PIN goes to this card"],
      OWN,
      {
        cause: ["上一次密码错误，再错可能锁卡", "The last PIN was wrong, another wrong one may lock the card"],
        action: [
          "改正 card 节点的密码，或由人确认后解除",
          "Correct the PIN in the card node, or have a person release the guard",
        ],
      },
    ),
    entry("SW-UNKNOWN", "notice", ["发送结果未知", "the outcome of the send is not known"], OWN, {
      cause: ["发送途中断电、断网或服务端没有确认", "Power, network or broker went away in the middle of the send"],
      action: [
        "先在单一窗口网页查询该单据；没有的再重发或解除",
        "Look it up on the web page first; resend or release it if it is not there",
      ],
    }),
    entry("SW-RECEIPT", "refused", ["无法识别的回执", "the receipt was not recognised"], OWN, {
      cause: ["格式未知，或内容残缺", "Its format is not known, or it is damaged"],
      action: [
        "原文已保存在 Others/InBox，请人工查看，并把样例发给软件维护者",
        "It is kept in Others/InBox: look at it, and report a sample",
      ],
    }),
    entry(
      "SW-CODE",
      "notice",
      [
        "回执代码的含义没有公开资料，不能说明成功或失败",
        "what this code means is not public: it says nothing of success",
      ],
      `${OWN}, domain D`,
      {
        action: [
          "请在单一窗口网页查询该单据的状态，并把回执原文发给客服；含义确认后可写入自己的说明文件",
          "look the document up on the Single Window's web page and give the receipt to the service desk; once it is known, add it to your advice file",
        ],
      },
    ),
    entry("SW-LEDGER", "refused", ["台账数据库不可用", "the ledger cannot be used"], OWN, {
      cause: ["数据库损坏、被占用或由更新的版本建立", "It is corrupt, locked, or made by a newer version"],
      action: [
        "在台账可用之前不会发送任何单据；检查磁盘与权限，必要时从备份恢复",
        "Nothing is sent until it works; check disk and permissions, restore a backup if needed",
      ],
    }),
    entry("SW-OVERDUE", "notice", ["回执逾期未到", "a receipt is overdue"], `${OWN}, faq 9, faq 17`, {
      cause: [
        "服务端处理慢、队列积压，或报文使单据停在“成功发往海关”",
        "Slow processing, a queue that backs up, or a document that hangs at the gateway",
      ],
      action: [
        "用“测试连接”看队列积压；再查报文空值、字段顺序和 SenderID",
        "See the queue depth in the connection test; then check empty fields, field order and SenderID",
      ],
    }),
    entry(
      "SW-HOST",
      "notice",
      ["运行的电脑与绑定时不同", "this is not the computer that was bound"],
      `${OWN}, faq 1, faq 6`,
      {
        action: [
          "在网页“用户管理-自动导入客户端申请”点“解除设备绑定”，再重新绑定",
          "On the web page, user management, automatic import client, choose 解除设备绑定, then bind again",
        ],
      },
    ),
    entry("SW-RULE-*", "refused", ["发送前检查未通过", "refused by a check before sending"], OWN, {
      cause: ["见检查结果中的路径和行号", "See path and line in the findings"],
      action: NOT_SENT,
    }),
    entry("SW-*", "refused", ["本软件报告的问题", "a fault that this package reports"], OWN, {
      cause: ["见错误文字", "See the error's text"],
      action: [
        "按错误文字处理；不清楚时用诊断功能导出支持包，发给软件维护者",
        "Act on the text; if it is unclear, export the support bundle with diagnose and report it",
      ],
    }),
  ],
};

export const tables: readonly CodeTable[] = [failCode, ownCodes];
