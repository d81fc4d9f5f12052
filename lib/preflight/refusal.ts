import type { Check } from "../document.js";
import type { Bilingual, Fault } from "../errors.js";

/** Of so many errors the text is told, and of each behind the first no more than so many characters. */
const TOLD = 20;
const LONGEST = 200;

/**
 * The errors among checks as one fault: the first one with its advice and how many there are in all, then each of the others on a line of
 * its own, up to 20. `fallback` is the code where there is none.
 */
export function faultOfChecks(checks: readonly Check[], fallback: string): Fault {
  const errors = checks.filter((check) => check.severity === "error");
  const [first, ...others] = errors;
  if (!first) return { code: fallback, text: { zh: fallback, en: fallback } };
  const text = placed(first);
  if (others.length > 0) {
    text.zh += `；共 ${errors.length} 处错误`;
    text.en += `; ${errors.length} errors in all`;
  }
  others.slice(0, TOLD - 1).forEach((check, index) => {
    const { zh, en } = placed({ ...check, text: { zh: cut(check.text.zh), en: cut(check.text.en) } });
    text.zh += `\n${index + 2}. ${zh}`;
    text.en += `\n${index + 2}. ${en}`;
  });
  const more = errors.length - TOLD;
  if (more > 0) {
    text.zh += `\n另有 ${more} 处`;
    text.en += `\nand ${more} more`;
  }
  return { code: first.rule, text, advice: first.advice };
}

const cut = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

/** What a check says, with its place; one of the flow's own may say none. */
function placed({ path, line, text }: Check): Bilingual {
  const lineOf = line > 0 ? { zh: `，第 ${line} 行`, en: ` (line ${line})` } : { zh: "", en: "" };
  return {
    zh: `${text.zh}${path && `，${path}`}${lineOf.zh}`,
    en: `${text.en}${path && `, ${path}`}${lineOf.en}`,
  };
}
