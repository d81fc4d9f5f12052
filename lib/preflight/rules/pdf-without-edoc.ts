import { edocIdOf, isPdfName, pdfNames, sameName } from "../../business/edocs.js";
import { quote } from "../quote.js";
import type { Rule } from "../types.js";

/** Each PDF in the ZIP needs its EdocRealation; without it the ZIP is not sent (faq 15). */
export const rule: Rule = {
  id: "pdf-without-edoc",
  severity: "error",
  kinds: ["DEC"],
  source: "faq 15",
  title: { zh: "PDF 没有对应的 EdocRealation", en: "PDF without EdocRealation" },
  advice: {
    zh: "请在报文中为该 PDF 增加 EdocRealation（EdocID 为 PDF 文件名），或从 ZIP 中删除该 PDF。",
    en: "Add an EdocRealation for the PDF (EdocID is its file name), or take the PDF out of the ZIP.",
  },
  start({ zipped, attachments, body }) {
    const pdfs = zipped ? attachments.filter(({ name }) => isPdfName(name)) : [];
    if (pdfs.length === 0) return undefined;
    const named = new Set<string>();
    return {
      names: ["EdocRealation"],
      element(edoc) {
        const id = edocIdOf(edoc)?.text.trim() ?? "";
        // Without regard to case: a name that differs in case only is reported by edoc-missing-pdf.
        if (id !== "") for (const name of pdfNames(sameName(id))) named.add(name.toLowerCase());
      },
      end(report) {
        for (const { name } of pdfs) {
          if (named.has(sameName(name).toLowerCase())) continue;
          report({
            element: body,
            text: {
              zh: `ZIP 中的 ${quote(name)} 没有被任何 EdocRealation 引用`,
              en: `no EdocRealation names ${quote(name)}, which is in the ZIP`,
            },
          });
        }
      },
    };
  },
};
