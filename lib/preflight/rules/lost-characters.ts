import { quote } from "../quote.js";
import type { Rule } from "../types.js";

/** U+FFFD, which programs write for what they cannot read; the same read as GBK; question marks that stand for what an encoding lacks. */
const MARKS = ["\ufffd", "锟斤拷", "???"];
const BYTES = [...MARKS, Buffer.from("fffd", "hex"), Buffer.from("fdff", "hex"), "?\0?\0?\0"].map((mark) =>
  Buffer.from(mark),
);

/**
 * What stands where a program met characters that it could not read or write: the producer's own text is lost already, whatever the
 * file's encoding is (domain 1: goods are declared by their Chinese names). A warning: a name may well hold question marks.
 */
export const rule: Rule = {
  id: "lost-characters",
  severity: "warning",
  kinds: [],
  source: "domain 1",
  title: { zh: "文字中有丢失的字符（乱码）", en: "characters were lost in a text" },
  advice: {
    zh: "请在 ERP 或数据库一侧检查编码设置后重新导出：这些文字在生成报文之前就已丢失，无法恢复。",
    en: "See how the ERP or its database encodes text, and export again: these characters were lost before the document was written.",
  },
  start({ xml }) {
    // Nearly all documents have none of them, and are not gone through.
    if (!xml || !BYTES.some((mark) => xml.includes(mark))) return undefined;
    return {
      element(element, report) {
        if (element.children.length > 0) return;
        const { text } = element;
        const mark = MARKS.find((one) => text.includes(one));
        if (mark === undefined) return;
        const what = mark === "\ufffd" ? "U+FFFD" : mark;
        report({
          element,
          text: {
            zh: `${element.name} 含有 ${what}，原来的字符已丢失：${quote(text)}`,
            en: `${element.name} holds ${what} where characters were lost: ${quote(text)}`,
          },
        });
      },
    };
  },
};
