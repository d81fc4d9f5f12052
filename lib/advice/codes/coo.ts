import { entry } from "../entry.js";
import type { CodeTable } from "../types.js";

const FIX = ["按回执说明修改后重新发送", "Correct it as the receipt says and send again"] as const;

/** 原产地证 Receipt: with Channel 6 the status is `RepType` (domain 1.5). */
const certificateStatus: CodeTable = {
  list: "COO.RepType",
  formats: ["Receipt"],
  kind: "business",
  entries: [
    entry("1", "refused", ["证书申请失败", "the application failed"], "codes.csv COO.RepType", { action: FIX }),
    entry("2", "notice", ["待审", "pending"], "codes.csv COO.RepType", {
      action: ["等待签证机构审核", "Wait for the issuing office"],
    }),
    entry("3", "refused", ["审核退回", "returned by the reviewer"], "codes.csv COO.RepType", { action: FIX }),
    entry("5", "good", ["审核通过", "approved"], "codes.csv COO.RepType"),
    entry("6", "refused", ["审核拒绝", "refused by the reviewer"], "codes.csv COO.RepType", { action: FIX }),
    entry("8", "refused", ["审核状态未知", "review status unknown"], "codes.csv COO.RepType", {
      action: ["向签证机构查询", "Ask the issuing office"],
    }),
  ],
};

/** Channel 1 and 2: whether it was received. The same numbers mean other things in RepType. */
const certificate: CodeTable = {
  list: "COO.Channel",
  formats: ["Receipt"],
  kind: "import",
  entries: [
    entry("1", "good", ["接收成功", "received"], "codes.csv COO.Channel"),
    entry("2", "refused", ["接收失败", "not received"], "codes.csv COO.Channel", { action: FIX }),
    entry("6", "notice", ["业务回执", "business reply"], "codes.csv COO.Channel", {
      action: ["查看回执中的审核状态 RepType", "See RepType in the receipt"],
    }),
  ],
};

const fileReturn: CodeTable = {
  list: "COO.RetType",
  formats: ["FileRet"],
  entries: [
    entry("1", "good", ["证书导入成功", "certificate imported"], "codes.csv COO.RetType"),
    entry("2", "refused", ["证书被退回", "certificate rejected"], "codes.csv COO.RetType", { action: FIX }),
    entry("3", "good", ["附件导入成功", "attachment imported"], "codes.csv COO.RetType"),
    entry("4", "refused", ["附件被退回", "attachment rejected"], "codes.csv COO.RetType", {
      action: [
        "检查附件的类型、大小和 base64 内容后重发",
        "Check the attachment's type, size and base64 and send it again",
      ],
    }),
  ],
};

export const tables: readonly CodeTable[] = [certificateStatus, certificate, fileReturn];
