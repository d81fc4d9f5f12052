import { quote } from "../quote.js";
import type { Rule } from "../types.js";

/**
 * 规格型号 with markup characters stands in CDATA (faq 18). A warning: what is escaped instead, as XML libraries write it, is
 * the same text, and what is neither is no XML.
 */
export const rule: Rule = {
  id: "cdata-spec",
  severity: "warning",
  kinds: ["INV101"],
  source: "faq 18",
  title: { zh: "规格型号未用 CDATA 括起来", en: "specification not in CDATA" },
  advice: {
    zh: "请写成 <GdsSpcfModelDesc><![CDATA[…]]></GdsSpcfModelDesc>。",
    en: "Write it as <GdsSpcfModelDesc><![CDATA[…]]></GdsSpcfModelDesc>.",
  },
  start() {
    return {
      names: ["GdsSpcfModelDesc"],
      element(element, report) {
        if (element.hasCdata) return;
        const value = element.text;
        if (!/[<>&"']/.test(value)) return;
        report({
          element,
          text: {
            zh: `规格型号含有特殊字符却没有用 CDATA 括起来：${quote(value)}`,
            en: `the specification holds special characters outside CDATA: ${quote(value)}`,
          },
        });
      },
    };
  },
};
