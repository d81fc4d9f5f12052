import { encodingDoubt } from "../../xml/encoding-doubt.js";
import type { Rule } from "../types.js";

/**
 * The encoding that is declared is the one it is written in (XML 1.0, 4.3.3; FAQ and public sources say nothing of it). A warning:
 * how the receiving side reads it is not public, but a program that goes by the declaration reads other characters.
 */
export const rule: Rule = {
  id: "declared-encoding",
  severity: "warning",
  kinds: [],
  source: "xml 4.3.3",
  title: { zh: "声明的编码与实际编码不一致", en: "declared encoding is not the real one" },
  advice: {
    zh: "请让 XML 声明中的 encoding 与文件实际编码一致（推荐都用 UTF-8）；否则对方按声明读取时，品名等中文会变成乱码。",
    en: "Make the encoding in the XML declaration that of the file (best UTF-8 for both): whoever reads by the declaration gets other characters in the goods' names.",
  },
  start({ xml, root }) {
    const doubt = xml && encodingDoubt(xml);
    if (!doubt) return undefined;
    const { declared, real } = doubt;
    return {
      end(report) {
        report({
          element: root,
          text: {
            zh: `报文声明的编码是 ${declared}，实际${real === "" ? "含有此编码没有的字符" : `是 ${real}`}`,
            en: `the document declares ${declared}, but ${real === "" ? "has characters that this encoding lacks" : `is written in ${real}`}`,
          },
        });
      },
    };
  },
};
