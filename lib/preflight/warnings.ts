import type { Check } from "../document.js";

/** Of so many warnings the event has the text, and of each no more than so many characters. */
const TOLD = 3;
const LONGEST = 200;

const cut = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

/** Event `warned` of a document that goes out with warnings: how many, and the first few texts; undefined when there are none. */
export function warnedNote(
  checks: readonly Check[] = [],
): { event: "warned"; text: string; textEn: string } | undefined {
  const warnings = checks.filter(({ severity }) => severity === "warning");
  if (warnings.length === 0) return undefined;
  const first = warnings.slice(0, TOLD);
  const rest = warnings.length > TOLD ? "…" : "";
  const zh = first.map(({ rule, line, text }) => `${rule} ${cut(text.zh)}${line ? `（行 ${line}）` : ""}`).join("；");
  const en = first.map(({ rule, line, text }) => `${rule} ${cut(text.en)}${line ? ` (line ${line})` : ""}`).join("; ");
  return {
    event: "warned",
    text: `${warnings.length} 处警告：${zh}${rest}`,
    textEn: `${warnings.length} ${warnings.length === 1 ? "warning" : "warnings"}: ${en}${rest}`,
  };
}
