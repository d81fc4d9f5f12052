import { isPdfName } from "../../business/edocs.js";
import { quote } from "../quote.js";
import type { Rule } from "../types.js";

const LIMIT = 4 * 1024 * 1024;

/** At most 4 MB a PDF (domain 1.1, one source, hence a warning). */
export const rule: Rule = {
  id: "pdf-size",
  severity: "warning",
  kinds: ["DEC"],
  source: "domain 1.1",
  title: { zh: "PDF 超过 4 MB", en: "PDF larger than 4 MB" },
  advice: { zh: "请压缩或拆分该 PDF，每个文件不超过 4 MB。", en: "Compress or split the PDF: at most 4 MB a file." },
  start({ attachments, body }) {
    return {
      end(report) {
        for (const { name, size } of attachments) {
          if (!isPdfName(name) || size <= LIMIT) continue;
          const megabytes = (size / 1024 / 1024).toFixed(1);
          report({
            element: body,
            text: { zh: `${quote(name)} 大小为 ${megabytes} MB`, en: `${quote(name)} has ${megabytes} MB` },
          });
        }
      },
    };
  },
};
