import { quote } from "../quote.js";
import type { Rule } from "../types.js";

/** DelcareFlag (official spelling) beside the message: 0 store, 1 declare (formats, codes.csv). */
export const rule: Rule = {
  id: "declare-flag",
  severity: "warning",
  kinds: ["INV101", "SAS121", "ICP101"],
  source: "formats",
  title: { zh: "DelcareFlag 填写有误", en: "wrong DelcareFlag" },
  advice: {
    zh: "DelcareFlag（拼写照旧）应为 0 暂存 或 1 申报，与业务报文同在 BussinessData 下。",
    en: "DelcareFlag (so spelled) is 0 store or 1 declare, beside the message in BussinessData.",
  },
  start({ body }) {
    return {
      end(report) {
        const data = body.parent;
        if (data?.name !== "BussinessData") return;
        const element = data.child("DelcareFlag");
        const value = element?.text.trim() ?? "";
        if (value === "0" || value === "1") return;
        report({
          element: element ?? data,
          text:
            value === ""
              ? { zh: "没有填写 DelcareFlag", en: "DelcareFlag is missing or empty" }
              : { zh: `DelcareFlag 为 ${quote(value)}`, en: `DelcareFlag is ${quote(value)}` },
        });
      },
    };
  },
};
