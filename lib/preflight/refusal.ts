import type { Check } from "../document.js";
import type { Fault } from "../errors.js";

/** The first error among checks as a fault, with how many there are in all; `fallback` is the code where there is none. */
export function faultOfChecks(checks: readonly Check[], fallback: string): Fault {
  const first = checks.find((check) => check.severity === "error");
  if (!first) return { code: fallback, text: { zh: fallback, en: fallback } };
  const errors = checks.filter((check) => check.severity === "error").length;
  const more = errors > 1 ? { zh: `；共 ${errors} 处错误`, en: `; ${errors} errors in all` } : { zh: "", en: "" };
  // A check of the flow's own may say no place.
  const { path, line, text } = first;
  const lineOf = line > 0 ? { zh: `，第 ${line} 行`, en: ` (line ${line})` } : { zh: "", en: "" };
  const place = { zh: `${path && `，${path}`}${lineOf.zh}`, en: `${path && `, ${path}`}${lineOf.en}` };
  return {
    code: first.rule,
    text: {
      zh: `${text.zh}${place.zh}${more.zh}`,
      en: `${text.en}${place.en}${more.en}`,
    },
    advice: first.advice,
  };
}
