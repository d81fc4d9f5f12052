import type { XmlElement } from "../../xml/scan.js";
import { plainNumber, quote } from "../quote.js";
import type { Rule } from "../types.js";

/** Several goods may be merged into one line of the declaration, but not all goods (faq 18), hence a warning. */
export const rule: Rule = {
  id: "entry-number-repeated",
  severity: "warning",
  kinds: ["INV101"],
  source: "faq 18",
  title: { zh: "报关单商品序号重复", en: "declaration line repeated" },
  advice: {
    zh: "并非所有商品都可以归并到同一报关单序号；如返回“数据库操作失败”且其他检查无误，请修改 EntryGdsSeqno 再试。",
    en: "Not all goods can be merged into one line of the declaration: if 数据库操作失败 comes back and all else is right, change EntryGdsSeqno.",
  },
  start() {
    const seen = new Map<string, { first: XmlElement; second?: XmlElement; count: number }>();
    return {
      names: ["EntryGdsSeqno"],
      element(element) {
        if (element.parent?.name !== "InvtListType") return;
        const value = plainNumber(element.text.trim());
        if (value === "") return;
        const known = seen.get(value);
        if (!known) seen.set(value, { first: element, count: 1 });
        else {
          known.count++;
          known.second ??= element;
        }
      },
      end(report) {
        // One finding a number: merging many rows into one line is ordinary.
        for (const [value, { first, second, count }] of seen) {
          if (!second) continue;
          report({
            element: second,
            text: {
              zh: `报关单商品序号 EntryGdsSeqno ${quote(value)} 出现 ${count} 次，首次在第 ${first.line} 行`,
              en: `EntryGdsSeqno ${quote(value)} stands in ${count} rows, first on line ${first.line}`,
            },
          });
        }
      },
    };
  },
};
