import type { XmlElement } from "../../xml/scan.js";
import { plainNumber, quote } from "../quote.js";
import type { Rule } from "../types.js";

/** Where the numbers of goods lines stand: message type, parent and field. */
const FIELDS: Readonly<Record<string, { rows: readonly string[]; field: string }>> = {
  INV101: { rows: ["InvtListType", "InvtGoodsType"], field: "GdsSeqno" },
  DEC: { rows: ["DecList"], field: "GNo" },
};

/** The same goods number in two rows is answered by 数据库操作失败 (faq 18); of declarations that is not known. */
export const rule: Rule = {
  id: "goods-number-repeated",
  severity: "error",
  kinds: ["INV101", "DEC"],
  source: "faq 18",
  title: { zh: "商品序号重复", en: "goods number repeated" },
  advice: {
    zh: "请让每一行表体的商品序号唯一，从 1 起编号。",
    en: "Give every row its own goods number, counting from 1.",
  },
  start({ kind }) {
    const place = FIELDS[kind?.type ?? ""];
    if (!place) return undefined;
    const severity = kind?.type === "DEC" ? ("warning" as const) : undefined;
    const seen = new Map<string, XmlElement>();
    return {
      names: [place.field],
      element(element, report) {
        const rows = element.parent?.name ?? "";
        if (!place.rows.includes(rows)) return;
        const value = element.text.trim();
        if (value === "") return;
        const number = `${rows} ${plainNumber(value)}`;
        const first = seen.get(number);
        if (first === undefined) {
          seen.set(number, element);
          return;
        }
        report({
          element,
          severity,
          text: {
            zh: `商品序号 ${place.field} ${quote(value)} 与第 ${first.line} 行的相同`,
            en: `goods number ${place.field} ${quote(value)} stands on line ${first.line} already`,
          },
        });
      },
    };
  },
};
