import { isFolderLitter } from "../../archive/index.js";
import { isPdfName } from "../../business/edocs.js";
import { fileKind } from "../../file-kind.js";
import { quote } from "../quote.js";
import type { Rule } from "../types.js";

/**
 * A ZIP has the document's XML and its PDFs (faq 3), and nothing that a file manager left there, no other archive, no program. A
 * warning: the FAQ refuses folders only.
 */
export const rule: Rule = {
  id: "zip-strangers",
  severity: "warning",
  kinds: [],
  source: "domain 2",
  title: { zh: "ZIP 中有不该有的文件", en: "ZIP with files that do not belong there" },
  advice: {
    zh: "ZIP 中只放一份报文 XML 和它的 PDF；.DS_Store、Thumbs.db 等系统文件和其他压缩包请不要打进去。",
    en: "Put the document's XML and its PDFs into the ZIP, nothing else: no .DS_Store or Thumbs.db, no archive within it.",
  },
  start({ attachments, body, kind }) {
    const others = attachments.filter(({ name }) => !isPdfName(name));
    if (others.length === 0) return undefined;
    return {
      end(report) {
        for (const { name, bytes } of others) {
          const is = fileKind(bytes);
          const litter = isFolderLitter(name);
          // Other businesses may attach what they like; of a 报关单 it is known to be PDFs.
          if (!litter && !is?.archive && kind?.type !== "DEC" && !/\.(?:exe|xml)$/i.test(name)) continue;
          const what = litter
            ? { zh: "操作系统留下的文件", en: "left there by the operating system" }
            : (is ?? { zh: "既不是报文也不是 PDF", en: "neither the document nor a PDF" });
          report({
            element: body,
            text: { zh: `ZIP 中的 ${quote(name)}：${what.zh}`, en: `${quote(name)} in the ZIP: ${what.en}` },
          });
        }
      },
    };
  },
};
