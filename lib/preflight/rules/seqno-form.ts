import { headOf } from "../places.js";
import { quote } from "../quote.js";
import type { Rule } from "../types.js";

/** 18 digits, or `I` or `E` and 17 digits in declarations (formats, DecHead/SeqNo). */
const FORM = /^[0-9IE]\d{17}$/;

/**
 * SeqNo is the data centre's number, given by an import receipt: one of another form was not copied from there, and the
 * document would neither be new nor change anything (faq 18, formats). A warning: no list of all forms is public.
 */
export const rule: Rule = {
  id: "seqno-form",
  severity: "warning",
  kinds: ["DEC", "INV101", "SAS121", "ICP101"],
  source: "formats",
  title: { zh: "SeqNo 不是 18 位统一编号", en: "SeqNo is no 18-digit number" },
  advice: {
    zh: "新导入时 SeqNo 应为空；修改时应反填导入回执给出的 18 位统一编号，企业自编号请填在其自己的字段。",
    en: "On a first import SeqNo is empty; a modification repeats the 18-digit number of the import receipt. Your own number has a field of its own.",
  },
  start(context) {
    return {
      end(report) {
        const head = context.kind?.type === "DEC" ? context.body.child("DecHead") : headOf(context);
        const element = head?.child("SeqNo");
        const value = element?.text.trim() ?? "";
        if (!element || value === "" || FORM.test(value)) return;
        report({
          element,
          text: {
            zh: `SeqNo 为 ${quote(value)}，不是数据中心的 18 位统一编号`,
            en: `SeqNo is ${quote(value)}, which is no 18-digit number of the data centre`,
          },
        });
      },
    };
  },
};
