import { entry } from "./entry.js";
import type { CodeTable } from "./types.js";

const GATEWAY = "codes.csv MFT.StatementCode";
const BUSINESS = "codes.csv MFT.BusinessCode (one product, not verified)";
const ROAD = "codes.csv RMFT.ReplyCode (Shenzhen guide of 2014)";
const FIX = ["按说明修改后重新发送", "Correct it as the receipt says and send again"] as const;
const WAIT = ["等待人工审核结果", "Wait for the manual review"] as const;

/** Codes of manifest receipts: the gateway's, customs' own, and the road manifest's (domain 1.3). */
export const manifest: CodeTable = {
  list: "MFT.StatementCode",
  formats: ["HTRES4", "EXP312"],
  entries: [
    entry("0", "good", ["成功", "accepted"], GATEWAY),
    entry(
      "-900517",
      "refused",
      ["报文中不存在MessageType端点", "the gateway finds no end point for the MessageType"],
      `${GATEWAY}, faq 16`,
      {
        cause: ["舱单以单独的 XML 发送，没有压缩成 ZIP", "The manifest went as a bare XML, not as a ZIP"],
        action: [
          "把报文压缩成 ZIP 后重新发送（本软件会自动压缩）",
          "Send it again as a ZIP (this package packs it by itself)",
        ],
      },
    ),
    entry("01", "good", ["海关接受申报", "accepted by customs"], BUSINESS),
    entry("02", "notice", ["转人工审核", "sent to manual review"], BUSINESS, { action: WAIT }),
    entry("03", "refused", ["退单，不允许传输", "rejected"], BUSINESS, { action: FIX }),
    entry("11", "good", ["提运单放行", "bill of lading released"], BUSINESS),
    entry("12", "refused", ["拒装", "loading refused"], BUSINESS, {
      action: ["货物不得装载，联系海关了解原因", "Do not load; ask customs why"],
    }),
    entry("13", "refused", ["禁卸", "unloading forbidden"], BUSINESS, {
      action: ["货物不得卸载，联系海关了解原因", "Do not unload; ask customs why"],
    }),
    entry("E3", "good", ["发往海关成功", "sent to customs"], BUSINESS),
    entry("D0", "notice", ["删除中", "being deleted"], BUSINESS, { action: ["等待删除结果", "Wait for the deletion"] }),
    entry("D1", "notice", ["已删除", "deleted"], BUSINESS, {
      action: ["确认是否为本企业申请的删除", "Check whether you asked for the deletion"],
    }),
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

/** OpResult of EXP302: the list is not public, one value was seen. */
export const roadRelease: CodeTable = {
  list: "EXP302.OpResult",
  formats: ["EXP302"],
  entries: [
    entry(
      "D0",
      "notice",
      ["处理结果 D0，含义未公开", "result D0, whose meaning is not public"],
      "codes.csv EXP302.OpResult",
      {
        action: ["在单一窗口网页核对该报关单的状态", "Look the declaration up on the web page"],
      },
    ),
  ],
};
