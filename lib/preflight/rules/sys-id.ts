import { quote } from "../quote.js";
import type { Rule } from "../types.js";

/** SysId values of the 金二 systems (formats, codes.csv, two sources). */
const KNOWN = ["95", "B1", "B2", "B3", "Z7", "Z8"];

/** SysId chooses the target system; with a wrong one the document is imported and never found again (faq 21). */
export const rule: Rule = {
  id: "sys-id",
  severity: "error",
  kinds: ["INV101", "ICP101"],
  source: "faq 21",
  title: { zh: "SysId 填写有误", en: "wrong SysId" },
  advice: {
    zh: "请按目标业务系统填写 SysId：95 账册，B1 手册，B2 担保，B3 保税货物流转，Z7 特殊监管区域，Z8 保税物流。填错时导入成功但在目标系统查不到单据。",
    en: "Set SysId to the target system: 95 account books, B1 manuals, B2 guarantees, B3 bonded transfer, Z7 special zones, Z8 bonded logistics. With a wrong one the document is accepted and found nowhere.",
  },
  start({ kind, body, client }) {
    return {
      end(report) {
        const element = body.child("SysId");
        const value = element?.text.trim() ?? "";
        const allowed = client.sysIds ?? [];
        if (!element || value === "") {
          report({
            element: element ?? body,
            severity: kind?.type === "INV101" ? undefined : "warning",
            text: { zh: "没有填写 SysId", en: "SysId is missing or empty" },
          });
        } else if (allowed.length > 0) {
          if (allowed.includes(value)) return;
          report({
            element,
            text: {
              zh: `SysId 为 ${quote(value)}，客户端设置只允许 ${allowed.join("、")}`,
              en: `SysId is ${quote(value)}; the client's setting allows ${allowed.join(", ")}`,
            },
          });
        } else if (!KNOWN.includes(value)) {
          report({
            element,
            severity: "warning",
            text: {
              zh: `SysId 为 ${quote(value)}，不在已知的值（${KNOWN.join("、")}）之中`,
              en: `SysId is ${quote(value)}, which is none of the known values (${KNOWN.join(", ")})`,
            },
          });
        }
      },
    };
  },
};
