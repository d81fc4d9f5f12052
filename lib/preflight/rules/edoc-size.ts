import { announcesPdf, edocIdOf, edocSizeOf, pdfKey, pdfNames } from "../../business/edocs.js";
import { quote } from "../quote.js";
import type { Rule } from "../types.js";

/**
 * A PDF has no fewer bytes than EdocSize says (formats, DEC): one that has may have been taken before it was written as a whole. A warning: not
 * every producer counts bytes.
 */
export const rule: Rule = {
  id: "edoc-size",
  severity: "warning",
  kinds: ["DEC"],
  source: "formats",
  title: { zh: "PDF 比 EdocSize 小", en: "PDF shorter than EdocSize says" },
  advice: {
    zh: "请核对该 PDF 是否完整；EdocSize 应为文件的字节数。",
    en: "See whether the PDF is whole; EdocSize is the file's size in bytes.",
  },
  start({ attachments }) {
    const sizes = new Map(attachments.map(({ name, size }) => [pdfKey(name), size]));
    return {
      names: ["EdocRealation"],
      element(edoc, report) {
        const said = edocSizeOf(edoc);
        if (said === 0 || !announcesPdf(edoc)) return;
        const id = edocIdOf(edoc)?.text.trim() ?? "";
        const [size] = pdfNames(id).flatMap((name) => sizes.get(pdfKey(name)) ?? []);
        if (size === undefined || size >= said) return;
        report({
          element: edoc.child("EdocSize") ?? edoc,
          text: {
            zh: `${quote(id)} 有 ${size} 字节，EdocSize 为 ${said}：可能没有写完就被取走`,
            en: `${quote(id)} has ${size} bytes, EdocSize says ${said}: it may have been taken before it was whole`,
          },
        });
      },
    };
  },
};
