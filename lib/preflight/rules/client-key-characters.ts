import { oddCharacters } from "../../quote.js";
import { keyPath } from "../places.js";
import { quote } from "../quote.js";
import type { Rule } from "../types.js";

/** What is in a key comes back in the receipt, or does not: blanks and characters that nobody sees are lost on the way (domain A). */
export const rule: Rule = {
  id: "client-key-characters",
  severity: "warning",
  kinds: ["DEC", "INV101", "SAS121", "ICP101", "MT*"],
  source: "domain A",
  title: { zh: "企业自编号含有不可靠的字符", en: "odd characters in the producer's own key" },
  advice: {
    zh: "请只用半角字母、数字和 - _：空格、全角字符和看不见的字符可能在回执中变样，使回执无法对应。",
    en: "Keep to plain letters, digits, - and _: blanks, full-width and unseen characters may come back changed, so that no receipt is matched.",
  },
  start({ kind, body }) {
    const path = keyPath(kind?.type ?? "");
    if (path === undefined) return undefined;
    return {
      end(report) {
        const element = body.at(path);
        // The blanks of an indented file around it are no part of it.
        const value = withoutBlanksAround(element?.text ?? "");
        const odd = oddCharacters(value);
        if (!element || (odd.zh === "" && !/[ \t\r\n]/.test(value))) return;
        const what = odd.zh === "" ? { zh: "（中间有空格或换行）", en: " (there are blanks in it)" } : odd;
        report({
          element,
          text: {
            zh: `${element.name}“${quote(value)}”${what.zh}`,
            en: `${element.name} "${quote(value)}"${what.en}`,
          },
        });
      },
    };
  },
};

function withoutBlanksAround(text: string): string {
  const blank = (at: number) => " \t\r\n".includes(text.charAt(at));
  let from = 0;
  let to = text.length;
  while (from < to && blank(from)) from++;
  while (to > from && blank(to - 1)) to--;
  return text.slice(from, to);
}
