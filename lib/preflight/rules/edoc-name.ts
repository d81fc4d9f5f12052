import { announcesPdf, edocIdOf } from "../../business/edocs.js";
import { quote } from "../quote.js";
import type { Rule } from "../types.js";

const NAME = /^\d{4}(\d{8})IM\d{18}\.pdf$/i;

/** PDF names: customs office + EdocCode + IM + 18-digit serial + .pdf (domain 1.1, one dictionary, hence a warning). */
export const rule: Rule = {
  id: "edoc-name",
  severity: "warning",
  kinds: ["DEC"],
  source: "domain 1.1",
  title: { zh: "随附单据文件名不符合命名规则", en: "attachment's name breaks the naming rule" },
  advice: {
    zh: "命名规则：4 位申报口岸 + 8 位随附单据类别代码 + IM + 18 位流水号 + .pdf。",
    en: "The rule: 4-digit customs office + 8-digit EdocCode + IM + 18-digit serial + .pdf.",
  },
  start() {
    return {
      names: ["EdocRealation"],
      element(edoc, report) {
        const idElement = edocIdOf(edoc);
        const id = idElement?.text.trim() ?? "";
        const code = edoc.textAt("EdocCode");
        if (id === "") {
          if (code === "") return;
          report({
            element: idElement ?? edoc,
            text: { zh: "EdocRealation 没有填写 EdocID", en: "this EdocRealation has no EdocID" },
          });
          return;
        }
        if (!announcesPdf(edoc)) return;
        const match = NAME.exec(id);
        const element = idElement ?? edoc;
        if (!match) {
          report({
            element,
            text: { zh: `EdocID“${quote(id)}”不符合命名规则`, en: `EdocID "${quote(id)}" breaks the naming rule` },
          });
        } else if (code !== "" && match[1] !== code) {
          report({
            element,
            text: {
              zh: `EdocID 中的类别代码是 ${match[1]}，EdocCode 为 ${quote(code)}`,
              en: `EdocID carries category ${match[1]}, EdocCode is ${quote(code)}`,
            },
          });
        }
      },
    };
  },
};
