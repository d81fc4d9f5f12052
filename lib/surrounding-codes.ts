import { type CodeMeaning, code, MACHINE, MOVED, SETTINGS } from "./code-line.js";

/** Codes of ours for card, ledger, root, settings, machine, and for what people ask. `X-*` stands for all that begin with `X-`. */
export const SURROUNDING_CODES = {
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
