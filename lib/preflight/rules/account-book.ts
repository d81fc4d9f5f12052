import { headOf } from "../places.js";
import type { Rule } from "../types.js";

/** A 核注清单 without its manual or account book is answered by 数据库操作失败 (faq 18). */
export const rule: Rule = {
  id: "account-book",
  severity: "error",
  kinds: ["INV101"],
  source: "faq 18",
  title: { zh: "没有填写账册（手册）编号", en: "account book missing" },
  advice: {
    zh: "请在表头 PutrecNo 填写正确的手册或账册备案编号。",
    en: "Put the number of the manual or account book into PutrecNo of the head.",
  },
  start(context) {
    return {
      end(report) {
        const head = headOf(context);
        const element = head?.child("PutrecNo");
        if (element && !element.isEmpty) return;
        report({
          element: element ?? head ?? context.body,
          text: {
            zh: "表头 PutrecNo（账册号）为空",
            en: "PutrecNo (the account book) of the head is empty or missing",
          },
        });
      },
    };
  },
};
