import { isPdfName } from "../../business/edocs.js";
import { quote } from "../quote.js";
import type { Rule } from "../types.js";

const LIMIT = 200 * 1024;

/** At most 200 KB a page (domain 1.1, one source, hence a warning). Pages are estimated; unknown means no finding. */
export const rule: Rule = {
  id: "pdf-page-size",
  severity: "warning",
  kinds: ["DEC"],
  source: "domain 1.1",
  title: { zh: "PDF 每页超过 200 KB", en: "PDF with more than 200 KB a page" },
  advice: {
    zh: "请降低扫描分辨率或改为黑白，每页不超过 200 KB。",
    en: "Scan at a lower resolution or in black and white: at most 200 KB a page.",
  },
  start({ attachments, body }) {
    return {
      end(report) {
        for (const { name, size, bytes } of attachments) {
          if (!isPdfName(name) || size <= LIMIT) continue;
          const pages = countPages(bytes);
          if (pages === 0 || size / pages <= LIMIT) continue;
          const kilobytes = Math.round(size / pages / 1024);
          report({
            element: body,
            text: {
              zh: `${quote(name)} 约 ${pages} 页，平均每页 ${kilobytes} KB`,
              en: `${quote(name)} has about ${pages} pages of ${kilobytes} KB each`,
            },
          });
        }
      },
    };
  },
};

/**
 * Pages of a PDF, cheaply: page objects that stand in the open, else the count that a linearised file states in its first
 * kilobyte. 0 when neither is there (page objects inside compressed streams).
 */
export function countPages(bytes: Buffer): number {
  let pages = 0;
  for (let at = bytes.indexOf("/Page"); at !== -1; at = bytes.indexOf("/Page", at + 5)) {
    const next = bytes[at + 5] ?? 0x20;
    const nameGoesOn =
      (next >= 0x30 && next <= 0x39) || (next >= 0x41 && next <= 0x5a) || (next >= 0x61 && next <= 0x7a);
    if (!nameGoesOn && /\/Type\s*$/.test(bytes.toString("latin1", Math.max(0, at - 12), at))) pages++;
  }
  if (pages > 0) return pages;
  const head = bytes.toString("latin1", 0, 1024);
  return head.includes("/Linearized") ? Number(/\/N\s+(\d{1,6})\b/.exec(head)?.[1] ?? 0) : 0;
}
