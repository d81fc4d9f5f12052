import { fieldTable } from "../model/fields.js";
import { quote } from "./quote.js";
import type { Rule } from "./types.js";

const PARTS: Readonly<Record<string, string>> = {
  yyyy: "(?<y>\\d{4})",
  MM: "(?<m>\\d{2})",
  dd: "(?<d>\\d{2})",
  HH: "(?<h>[01]\\d|2[0-3])",
  mm: "[0-5]\\d",
  ss: "[0-5]\\d",
  SSS: "\\d{3}",
  SS: "\\d{2}",
};

function compile(pattern: string): RegExp {
  return new RegExp(`^${pattern.replace(/yyyy|MM|dd|HH|mm|SSS|SS|ss/g, (part) => PARTS[part] ?? part)}$`);
}

/** Other spellings that real files have and that were accepted (formats: SignDate 16 or 19). */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  yyyyMMddHHmmss00: ["yyyyMMddHHmmss", "yyyyMMddHHmmssSS", "yyyy-MM-dd HH:mm:ss"],
  "yyyy-MM-ddTHH:mm:ss": ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm:ss.SSS"],
};

const COMPILED = new Map<string, readonly RegExp[]>();

function patternsOf(format: string): readonly RegExp[] {
  let patterns = COMPILED.get(format);
  if (!patterns) {
    patterns = [format, ...(ALSO[format] ?? [])].map((one) => compile(one.replaceAll(".", "\\.")));
    COMPILED.set(format, patterns);
  }
  return patterns;
}

function isDate(value: string, format: string): boolean {
  for (const pattern of patternsOf(format)) {
    const groups = pattern.exec(value)?.groups;
    if (!groups) continue;
    const [year, month, day] = [Number(groups.y), Number(groups.m), Number(groups.d)];
    const date = new Date(Date.UTC(year, month - 1, day));
    return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  }
  return false;
}

/** Dates as the format tables write them (formats/*.csv). A warning: what becomes of others is not known. */
export const datesFormat: Rule = {
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
        const format = fields.dates.get(element.parent?.name ?? "")?.get(element.name);
        if (format === undefined) return;
        const value = element.text.trim();
        if (value === "" || isDate(value, format)) return;
        report({
          element,
          text: {
            zh: `${element.name}“${quote(value)}”不是格式为 ${format} 的日期`,
            en: `${element.name} "${quote(value)}" is no date of the form ${format}`,
          },
        });
      },
    };
  },
};
