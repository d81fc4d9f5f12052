import { severityOf } from "../../model/evidence.js";
import { fieldTable } from "../../model/fields.js";
import type { Rule } from "../types.js";

/**
 * An empty element where a number is expected is what `For input string: ""` means (faq 14). That is the answer to whole
 * numbers and to those that are needed; templates leave unused decimals empty and are accepted, which the model of the
 * message type knows. Manifests are left to `empty-element`.
 */
export const rule: Rule = {
  id: "empty-numeric",
  severity: "error",
  kinds: ["DEC", "INV101", "SAS121", "ICP101"],
  source: "faq 14",
  title: { zh: "数值字段为空", en: "empty numeric element" },
  advice: {
    zh: "请填写数值；没有值时请删除整个元素，不要保留空元素。",
    en: "Put in the number, or leave the whole element out when there is none.",
  },
  start({ kind }) {
    const type = kind?.type ?? "";
    const fields = fieldTable(type);
    if (!fields) return undefined;
    return {
      names: fields.numericNames,
      element(element, report) {
        const rests = fields.numeric.get(element.parent?.name ?? "")?.get(element.name);
        if (rests === undefined || !(element.selfClosed || element.isEmpty)) return;
        const severity = severityOf(rests);
        report({
          element,
          severity: severity === "error" ? undefined : severity,
          text:
            type === "DEC" && severity === "error"
              ? {
                  zh: `数值字段 ${element.name} 为空，将被退回：For input string: ""`,
                  en: `the numeric element ${element.name} is empty; it is answered by For input string: ""`,
                }
              : {
                  zh: `数值字段 ${element.name} 为空`,
                  en: `the numeric element ${element.name} is empty`,
                },
        });
      },
    };
  },
};
