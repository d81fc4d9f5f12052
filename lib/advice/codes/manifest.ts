import { entry } from "../entry.js";
import type { CodeTable } from "../types.js";

const GATEWAY = "codes.csv MFT.StatementCode";
/** The parameter table that customs' own program for road manifests loads; sea and air use the same. */
const BUSINESS = "codes.csv MFT.BusinessCode";
const ROAD = "codes.csv RMFT.ReplyCode (Shenzhen guide of 2014)";
const FIX = ["按说明修改后重新发送", "Correct it as the receipt says and send again"] as const;
const WAIT = ["等待人工审核结果", "Wait for the manual review"] as const;
/** Whether the data centre took the manifest; what customs says of it are the other codes. */
const TAKEN = { kind: "import" } as const;

/** Every receipt whose root is `Manifest` (domain 1.3): the gateway's, and customs' own in MT9999 and its relatives. */
const FORMATS = { formats: ["HTRES4"], family: /^MT\w{4}$/ };

const gateway: CodeTable = {
  list: "MFT.StatementCode",
  ...FORMATS,
  entries: [
    entry("0", "good", ["成功", "accepted"], GATEWAY, TAKEN),
    entry(
      "-900517",
      "refused",
      ["报文中不存在MessageType端点", "the gateway finds no end point for the MessageType"],
      `${GATEWAY}, faq 16`,
      {
        ...TAKEN,
        cause: ["舱单以单独的 XML 发送，没有压缩成 ZIP", "The manifest went as a bare XML, not as a ZIP"],
        action: [
          "把报文压缩成 ZIP 后重新发送（本软件会自动压缩）",
          "Send it again as a ZIP (this package packs it by itself)",
        ],
      },
    ),
  ],
};

const business: CodeTable = {
  list: "MFT.BusinessCode",
  ...FORMATS,
  entries: [
    entry("T", "notice", ["暂存", "stored, not declared"], BUSINESS, {
      ...TAKEN,
      action: ["在单一窗口网页申报，或发送申报报文", "Declare it on the web page, or send a message that declares"],
    }),
    entry("D", "good", ["申报成功", "declared"], BUSINESS, TAKEN),
    entry("E1", "good", ["数据中心入库成功", "stored by the data centre"], BUSINESS, TAKEN),
    entry("E2", "refused", ["数据中心入库失败", "not stored by the data centre"], BUSINESS, {
      ...TAKEN,
      cause: ["报文未通过数据中心检查，原因见回执文字", "The data centre's check failed; the text has the reason"],
      action: FIX,
    }),
    entry("E3", "good", ["发往海关成功", "sent to customs"], BUSINESS),
    entry("E4", "refused", ["发往海关失败", "sending to customs failed"], BUSINESS, {
      cause: [
        "数据中心已收到报文，转发海关时出错",
        "The data centre has the manifest, but could not pass it on to customs",
      ],
      action: [
        "稍后重新申报；反复失败时把回执原文发给客服",
        "Declare again later; if it keeps failing give the receipt to the service desk",
      ],
    }),
    entry("01", "good", ["海关接受申报", "accepted by customs"], BUSINESS),
    entry("02", "notice", ["待海关人工审核", "waits for manual review by customs"], BUSINESS, { action: WAIT }),
    entry("03", "refused", ["海关退单", "rejected by customs"], BUSINESS, { action: FIX }),
    entry("11", "good", ["海关放行", "released by customs"], BUSINESS),
    entry("12", "refused", ["海关拒装", "loading refused by customs"], BUSINESS, {
      action: ["货物不得装载，联系海关了解原因", "Do not load; ask customs why"],
    }),
    entry("13", "refused", ["海关禁卸", "unloading forbidden by customs"], BUSINESS, {
      action: ["货物不得卸载，联系海关了解原因", "Do not unload; ask customs why"],
    }),
    entry("D0", "notice", ["删除中", "being deleted"], BUSINESS, { action: ["等待删除结果", "Wait for the deletion"] }),
    entry("D1", "notice", ["已删除", "deleted"], BUSINESS, {
      action: ["确认是否为本企业申请的删除", "Check whether you asked for the deletion"],
    }),
    entry("M1", "notice", ["手机暂存", "stored on the driver's phone"], BUSINESS, {
      action: ["在手机上提交", "Hand it in on the phone"],
    }),
    entry("M2", "notice", ["手机提交", "handed in on the driver's phone"], BUSINESS, {
      action: ["等待申报端处理", "Wait until it is declared"],
    }),
    entry("M3", "notice", ["QP 端退回手机端", "returned to the driver's phone"], BUSINESS, {
      action: ["在手机上修改后重新提交", "Correct it on the phone and hand it in again"],
    }),
  ],
};

const road: CodeTable = {
  list: "RMFT.ReplyCode",
  ...FORMATS,
  entries: [
    entry("19000", "good", ["新增：接受申报", "new: accepted"], ROAD),
    entry("19001", "refused", ["新增：提运单号已存在", "new: the bill number exists"], ROAD, {
      action: ["换用新的提运单号，或改用变更报文", "Use another bill number, or send a change"],
    }),
    entry("19003", "notice", ["新增：已在人工审核列表", "new: already in manual review"], ROAD, { action: WAIT }),
    entry("19004", "refused", ["新增：卸货地代码不一致", "new: the unloading place differs"], ROAD, { action: FIX }),
    entry("19010", "notice", ["新增：超时转人工", "new: late, sent to manual review"], ROAD, { action: WAIT }),
    entry("19011", "notice", ["新增：提运单已转人工", "new: the bill is already in manual review"], ROAD, {
      action: WAIT,
    }),
    entry(
      "13001",
      "refused",
      ["删除：传输人与主要数据不一致", "delete: the sender differs from the main data's"],
      ROAD,
      {
        action: ["用原发送企业的客户端发送删除报文", "Send the deletion from the client that sent the main data"],
      },
    ),
    entry("13003", "refused", ["删除：提运单号不存在", "delete: the bill number does not exist"], ROAD, {
      action: FIX,
    }),
    entry("13008", "notice", ["删除：超时转人工", "delete: late, sent to manual review"], ROAD, { action: WAIT }),
    entry("15005", "refused", ["变更：提运单已核注", "change: a declaration already uses the bill"], ROAD, {
      action: ["先处理关联的报关单", "Deal with the declaration first"],
    }),
    entry("15006", "refused", ["变更：提运单已核销", "change: the bill is already settled"], ROAD, {
      action: ["已核销的不能再变更，联系海关", "A settled bill cannot be changed; ask customs"],
    }),
    entry("15007", "refused", ["变更：不允许新增商品项", "change: no goods lines may be added"], ROAD, { action: FIX }),
  ],
};

export const tables: readonly CodeTable[] = [gateway, business, road];
