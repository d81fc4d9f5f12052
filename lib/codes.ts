import type { Bilingual, Fault, FaultKind } from "./errors.js";

/** What a code of ours, or of the official client, means: for the document that met it, and for the person who reads it. */
export interface CodeMeaning {
  kind: FaultKind;
  /** For `retries`: how often the document is tried again at most, whatever the setting says. */
  times?: number;
  meaning: Bilingual;
  cause?: Bilingual;
  /** What to do. */
  action: Bilingual;
  /** Where it comes from. */
  source: string;
}

type Text = readonly [zh: string, en: string];

function code(
  kind: FaultKind,
  meaning: Text,
  action: Text,
  more: { cause?: Text; times?: number; source?: string } = {},
): CodeMeaning {
  const both = ([zh, en]: Text): Bilingual => ({ zh, en });
  const { cause, times, source = 'design, "Codes"' } = more;
  return { kind, meaning: both(meaning), action: both(action), source, ...(cause && { cause: both(cause) }), times };
}

const CORRECT: Text = [
  "单据没有发出，改正后重新放入 OutBox",
  "Nothing was sent; put it right and drop the file into OutBox again",
];
const SETTINGS: Text = [
  "改正节点设置或环境变量后重新部署；在此之前单据等待，不会失败",
  "Correct the node's setting or the environment variable and deploy; until then documents wait, none fails",
];
const MACHINE: Text = [
  "排除磁盘、网络或权限问题后自动继续，单据等待，不会失败",
  "Work goes on by itself once disk, network or permissions are right again; documents wait, none fails",
];
const MOVED: Text = ["若来自备份，先核对 OutBox 中的文件是否已发送", "Of a backup check first what of OutBox was sent"];

/** Codes of the official client (faq 10 to 13, domain B) and of this package. `X-*` stands for all that begin with `X-`. */
export const CODES = {
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
  "SW-PIN-BLOCKED": code(
    "waits",
    ["PIN 保护已触发，不再向该卡发送 PIN", "the guard is closed: no PIN goes to this card"],
    [
      "核对 PIN，在卡节点或其变量（一般为 SW_CARD_PIN）中改正，改后保护自动解除；PIN 没有改变时请勿人工解除，再错可能锁卡",
      "Check the PIN and correct it in the card node or its variable (mostly SW_CARD_PIN): that opens the guard by itself. Do not release it with the same PIN, another wrong try may lock the card",
    ],
    { cause: ["上一次 PIN 错误，再错可能锁卡", "The last PIN was wrong, another wrong one may lock the card"] },
  ),
  "SW-PIN-GUARD": code(
    "waits",
    ["PIN 保护的记录不可用，未向卡发送 PIN", "the PIN guard's record cannot be used: no PIN goes to the card"],
    [
      "让运行 Node-RED 的账户可以写入该文件夹，或用环境变量 SW_PIN_GUARD 指定其他文件夹；恢复后自动继续",
      "Let the account that Node-RED runs as write the folder, or name another one with the environment variable SW_PIN_GUARD; work then goes on by itself",
    ],
    {
      cause: [
        "文件夹不可写、磁盘已满或文件损坏",
        "The folder cannot be written, the disk is full, or the file is damaged",
      ],
    },
  ),
  "SW-UNKNOWN": code(
    "fails",
    ["发送结果未知", "the outcome of the send is not known"],
    [
      "先在单一窗口网页查询该单据；没有的再重发或解除暂缓",
      "Look it up on the web page first; resend or release it if it is not there",
    ],
    {
      cause: ["发送途中断电、断网或服务端没有确认", "Power, network or broker went away in the middle of the send"],
    },
  ),
  "SW-RECEIPT": code(
    "fails",
    ["无法识别的回执", "the receipt was not recognised"],
    [
      "原文已保存在 Others/InBox，请人工查看，并把样例发给软件维护者",
      "It is kept in Others/InBox: look at it, and report a sample",
    ],
    { cause: ["格式未知，或内容残缺", "Its format is not known, or it is damaged"] },
  ),
  "SW-CODE": code(
    "refuses",
    [
      "回执代码的含义没有公开资料，不能说明成功或失败",
      "what the receipt's code means is not public: it says nothing of success",
    ],
    [
      "请在单一窗口网页查询该单据的状态，并把回执原文发给客服；含义确认后可写入自己的说明文件",
      "Look the document up on the Single Window's web page and give the receipt to the service desk; once it is known, add it to your advice file",
    ],
  ),
  "SW-LEDGER": code(
    "waits",
    ["台账数据库不可用", "the ledger cannot be used"],
    [
      "在台账可用之前不会发送任何单据；检查磁盘与权限，必要时从备份恢复",
      "Nothing is sent until it works; check disk and permissions, restore a backup if needed",
    ],
    { cause: ["数据库损坏、被占用或由更新的版本建立", "It is corrupt, locked, or made by a newer version"] },
  ),
  "SW-OWNER": code(
    "waits",
    [
      "根目录或台账属于另一环境、另一客户端，或正由另一进程使用",
      "root or ledger belong to another environment or client, or are in use by another process",
    ],
    [
      "核对环境、客户端 ID 和根目录；确需改变归属时由人确认",
      "Check environment, client ID and root; a change of owner needs a person's confirmation",
    ],
  ),
  "SW-FENCED": code(
    "waits",
    ["根目录已由另一进程接管", "another process has taken the root over"],
    ["无需处理，由接管的进程继续", "Nothing to do: the process that took it over goes on"],
  ),
  "SW-CONFIG": code("waits", ["节点设置不能使用", "a node's settings cannot be used"], SETTINGS),
  "SW-PREREQUISITE": code(
    "waits",
    ["缺少运行所需的组件", "something that is needed is not installed"],
    [
      "按错误文字中的命令安装后自动继续",
      "Install it with the command that the text names; work then goes on by itself",
    ],
  ),
  "SW-FIELD": code("waits", ["消息字段设置有误", "a message field is set wrongly"], SETTINGS),
  "SW-MESSAGE": code(
    "waits",
    ["流程中的消息不完整", "the message in the flow is incomplete"],
    [
      "检查流程中 function 节点是否保留了 msg.document 和 msg.payload",
      "See that the flow's function nodes keep msg.document and msg.payload",
    ],
  ),
  "SW-STOPPED": code(
    "waits",
    ["节点正在停止", "the node stops"],
    ["无需处理，稍后继续", "Nothing to do, it goes on later"],
  ),
  "SW-BUSY": code("waits", ["文件被占用或无权读取", "the file is locked or may not be read"], MACHINE),
  "SW-FOLDER": code("waits", ["文件夹不可用", "a folder cannot be used"], MACHINE),
  "SW-NEW-ROOT": code(
    "refuses",
    ["新建了报文根目录", "a new root folder was made"],
    [
      "核对 ERP 写入的就是这个文件夹；不是的，改正 SW_ROOT 或节点中的根目录后重新部署",
      "See that the ERP writes to this very folder; if not, correct SW_ROOT or the node's root folder and deploy again",
    ],
    { cause: ["所设的文件夹原先不存在", "The folder that is set was not there before"] },
  ),
  "SW-MOVED-ROOT": code("refuses", ["报文根目录的位置变了", "the root folder lies elsewhere than before"], MOVED),
  "SW-CLOCK": code(
    "waits",
    ["系统时间向前跳变", "the clock jumped forward"],
    [
      "核对系统时间；正确的话由人确认，或等待连续运行一天",
      "Check the machine's time; if it is right, confirm it or let it run for a day",
    ],
  ),
  "SW-SETTINGS": code(
    "refuses",
    ["官方客户端的设置文件不能使用", "the official client's settings file cannot be used"],
    [
      "选择官方客户端的 DFWJobSettings.xml，在官方客户端关闭时复制；没有时手工填写“导入客户端”节点",
      "Choose the official client's DFWJobSettings.xml, copied while that is closed; without it fill in the import-client node by hand",
    ],
  ),
  "SW-LOG": code("waits", ["日志无法写入", "the log cannot be written"], MACHINE),
  "SW-AUDIT": code(
    "refuses",
    ["审计记录不能写入，或已被改动", "the audit cannot be written, or was changed"],
    [
      "检查根目录下文件夹 .audit 的权限和磁盘空间；被改动的，用命令 audit verify 查明是哪一条",
      "Check disk and rights of the folder .audit below the root; of one that was changed, the command audit verify says which entry",
    ],
  ),
  "SW-STATE": code(
    "refuses",
    ["单据的状态不允许此操作", "the document's state does not allow this"],
    ["刷新后按单据现在的状态处理", "Look at the document's state as it is now"],
  ),
  "SW-REQUEST": code(
    "refuses",
    ["请求不完整或有误", "the request is incomplete or wrong"],
    ["按错误文字改正请求", "Correct the request as the text says"],
  ),
  "SW-UNKNOWN-*": code(
    "refuses",
    ["找不到所指的对象", "there is no such thing"],
    ["核对编号；节点须先部署", "Check the id; a node has to be deployed first"],
  ),
  "SW-OVERDUE": code(
    "refuses",
    ["回执逾期未到", "a receipt is overdue"],
    [
      "用“测试连接”看队列积压；再查报文空值、字段顺序和 SenderID",
      "See the queue depth in the connection test; then check empty fields, field order and SenderID",
    ],
    {
      cause: [
        "服务端处理慢、队列积压，或报文使单据停在“成功发往海关”",
        "Slow processing, a queue that backs up, or a document that hangs at the gateway",
      ],
      source: 'design, "Codes", faq 9, faq 17',
    },
  ),
  "SW-HOST": code(
    "refuses",
    ["运行的电脑与绑定时不同", "this is not the computer that was bound"],
    [
      "在网页“用户管理-自动导入客户端申请”点“解除设备绑定”，再重新绑定",
      "On the web page, user management, automatic import client, choose 解除设备绑定, then bind again",
    ],
    { source: 'design, "Codes", faq 1, faq 6' },
  ),
  "SW-*": code(
    "fails",
    ["本软件报告的问题", "a fault that this package reports"],
    [
      "按错误文字处理；不清楚时在侧栏或操作页导出支持包，发给软件维护者",
      "Act on the text; if it is unclear, export the support bundle with diagnose and report it",
    ],
    { cause: ["见错误文字", "See the error's text"] },
  ),
} satisfies Record<string, CodeMeaning>;

const byName: Readonly<Record<string, CodeMeaning | undefined>> = CODES;

/** What the system says of disk, files, memory and network: never the document's fault. */
const SYSTEM_CODES = new Set([
  ...["ENOSPC", "EDQUOT", "EROFS", "EIO", "EMFILE", "ENFILE", "ENOMEM", "EBUSY", "EACCES", "EPERM", "ESTALE", "EXDEV"],
  ...["ENOENT", "ENOTDIR"],
  ...["ENOTCONN", "ENETDOWN", "ENETUNREACH", "EHOSTDOWN", "EHOSTUNREACH", "ECONNREFUSED", "ECONNRESET", "ECONNABORTED"],
  ...["ETIMEDOUT", "EPIPE", "EAI_AGAIN", "ENOTFOUND"],
]);

/** The table's entry for a code: its own, else that of the longest `X-*` that it begins with; undefined for a stranger's code. */
export function meaningOf(name: string): CodeMeaning | undefined {
  const own = Object.hasOwn(CODES, name) ? byName[name] : undefined;
  if (own) return own;
  for (let end = name.lastIndexOf("-"); end > 0; end = name.lastIndexOf("-", end - 1)) {
    const family = byName[`${name.slice(0, end)}-*`];
    if (family) return family;
  }
  return undefined;
}

/** What a fault means for its document. A code that is nobody's here, from a flow's own nodes, fails it. */
export function kindOf({ code: name, kind }: Pick<Fault, "code" | "kind">): FaultKind {
  return kind ?? (SYSTEM_CODES.has(name) ? "waits" : (meaningOf(name)?.kind ?? "fails"));
}
