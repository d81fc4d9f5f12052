import { isDate } from "../../model/dates.js";
import { fieldTable } from "../../model/fields.js";
import { quote } from "../quote.js";
import type { Rule } from "../types.js";

/** Dates as the format tables write them (formats/*.csv). A warning: what becomes of others is not known. */
export const rule: Rule = {
  id: "dates-format",
  severity: "warning",
  kinds: ["DEC", "INV101", "SAS121", "ICP101", "MT*"],
  source: "formats",
  title: { zh: "日期格式有误", en: "wrong date" },
  advice: {
    zh: "请按规定格式填写日期，且日期必须存在。",
    en: "Write the date in the given form; it must exist in the calendar.",
  },
  start({ kind }) {
    const fields = fieldTable(kind?.type ?? "");
    if (!fields) return undefined;
    return {
      names: fields.dateNames,
      element(element, report) {
        const forms = fields.dates.get(element.parent?.name ?? "")?.get(element.name);
        if (!forms) return;
        const value = element.text.trim();
        if (value === "" || forms.some((form) => isDate(value, form))) return;
        report({
          element,
          text: {
            zh: `${element.name}“${quote(value)}”不是格式为 ${forms[0]} 的日期`,
            en: `${element.name} "${quote(value)}" is no date of the form ${forms[0]}`,
          },
        });
      },
    };
  },
};
