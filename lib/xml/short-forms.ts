import type { Check } from "../document.js";
import type { XmlElement } from "./scan.js";

/**
 * Elements that real files also write in a short form, and the child that tells it: a line of a 核注清单 for e-commerce names
 * the 清单 that it stands for and nothing else (formats, sample shapes of INV101, 4; one source).
 */
const SHORT_FORMS: Readonly<Record<string, string>> = { InvtListType: "CbecBillNo" };

/** The element's name at the end of a path, without the number of its place. */
const lastStep = (path: string): string => path.slice(path.lastIndexOf("/") + 1).replace(/\[\d+\]$/, "");

/** The checks without those that miss something in an element of short form. */
export function withoutShortForms(checks: readonly Check[], root: XmlElement): Check[] {
  const concerned = checks.some(({ path }) => SHORT_FORMS[lastStep(path)] !== undefined);
  if (!concerned) return [...checks];
  const short = new Set<string>();
  for (const element of root.walk()) {
    const mark = SHORT_FORMS[element.name];
    if (mark !== undefined && element.textAt(mark) !== "") short.add(element.path);
  }
  return checks.filter(({ path }) => !short.has(path));
}
