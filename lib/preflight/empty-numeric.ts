import { fieldTable } from "../model/fields.js";
import type { Rule } from "./types.js";

/** Other spellings of a parent element that are in use (formats: DecContainer in one producer). */
const SAME_PARENT: Readonly<Record<string, string>> = { DecContainer: "Container" };

/**
 * An empty element where a number is expected is what `For input string: ""` means (faq 14). Templates leave unused text
 * elements empty and are accepted, so only numeric ones are reported. Manifests are left to `empty-element`.
 */
export const emptyNumeric: Rule = {
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
        const parent = element.parent?.name ?? "";
        const need = fields.numeric.get(SAME_PARENT[parent] ?? parent)?.get(element.name);
        if (need === undefined || !(element.selfClosed || element.isEmpty)) return;
        const declaration = type === "DEC";
        report({
          element,
          // The FAQ's refusal is of declarations; for the others an empty optional number is only suspicious.
          severity: declaration || need === "required" ? undefined : "warning",
          text: declaration
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
