import { keyPath } from "../places.js";
import { quote } from "../quote.js";
import type { Rule } from "../types.js";

/** Lengths of the own number (formats). 18 for ClientSeqNo is the dictionary's; 20 to 24 were accepted in real files. */
const LONGEST: Readonly<Record<string, number>> = { DEC: 18, INV101: 64, SAS121: 64, ICP101: 64 };

export const rule: Rule = {
  id: "client-key-length",
  severity: "warning",
  kinds: ["DEC", "INV101", "SAS121", "ICP101"],
  source: "formats",
  title: { zh: "企业自编号过长", en: "the producer's own key is long" },
  advice: {
    zh: "建议缩短到规定长度；实际中较长的编号曾被接受，但没有保证。",
    en: "Better keep to the length given; longer ones have been accepted, but nothing promises that.",
  },
  start({ kind, body }) {
    const type = kind?.type ?? "";
    const path = keyPath(type);
    const longest = LONGEST[type];
    if (path === undefined || longest === undefined) return undefined;
    return {
      end(report) {
        const element = body.at(path);
        const value = element?.text.trim() ?? "";
        if (!element || value.length <= longest) return;
        report({
          element,
          text: {
            zh: `${element.name}“${quote(value)}”有 ${value.length} 个字符，规定为 ${longest}`,
            en: `${element.name} "${quote(value)}" has ${value.length} characters, ${longest} is the length given`,
          },
        });
      },
    };
  },
};
