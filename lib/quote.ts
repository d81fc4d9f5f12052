import type { Bilingual } from "./errors.js";

const LONGEST = 80;

/** White space that everybody knows, which is shown as one blank. */
const BLANKS = /[ \t\r\n]+/g;
/** Characters that nobody sees, or sees as a blank: no-break and other spaces, zero-width ones, marks of direction, controls. */
const UNSEEN = /[\p{Cc}\p{Cf}\s]/u;

/** A value from a document as it may stand in a message: one line, cut when long, what cannot be seen by its number. */
export function quote(value: string): string {
  const line = value
    .slice(0, 4 * LONGEST)
    .replace(BLANKS, " ")
    .replace(/^ | $/g, "");
  const points = [...line];
  const shown = points
    .slice(0, LONGEST)
    .map((point) => (point !== " " && UNSEEN.test(point) ? `[${numberOf(point)}]` : point));
  return `${shown.join("")}${points.length > LONGEST || value.length > 4 * LONGEST ? "…" : ""}`;
}

function numberOf(point: string): string {
  return `U+${(point.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** What is often taken for something else in numbers, codes and keys. */
const NAMED: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  "\u00a0": ["不间断空格", "no-break space"],
  "\u3000": ["全角空格", "full-width space"],
  "\u200b": ["零宽空格", "zero-width space"],
  "\ufeff": ["零宽字符（BOM）", "zero-width no-break space (BOM)"],
  "\u2212": ["数学减号", "minus sign, not a hyphen"],
};

/**
 * Which characters of a number, code or key are not what they look like: unseen ones and full-width letters and digits, with
 * their numbers, in brackets. Empty in both languages when there is none.
 */
export function oddCharacters(value: string): Bilingual {
  const odd = new Map<string, readonly [zh: string, en: string]>();
  for (const point of value.slice(0, 4 * LONGEST)) {
    if (odd.has(point) || odd.size === 3) continue;
    const named = NAMED[point];
    if (named) odd.set(point, named);
    else if (/[\uff01-\uff5e]/.test(point)) odd.set(point, [`全角字符 ${point}`, `full-width ${point}`]);
    else if (!/[ \t\r\n]/.test(point) && UNSEEN.test(point))
      odd.set(point, ["看不见的字符", "a character that is not seen"]);
  }
  if (odd.size === 0) return { zh: "", en: "" };
  const list = [...odd].map(([point, [zh, en]]) => [`${numberOf(point)} ${zh}`, `${numberOf(point)}, ${en}`] as const);
  return {
    zh: `（含 ${list.map(([zh]) => zh).join("、")}）`,
    en: ` (it holds ${list.map(([, en]) => en).join("; ")})`,
  };
}
