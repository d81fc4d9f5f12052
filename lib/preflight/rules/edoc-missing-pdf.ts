import { announcesPdf, edocIdOf, pdfNames, sameName } from "../../business/edocs.js";
import { quote } from "../quote.js";
import type { Rule } from "../types.js";

/** Each EdocRealation needs its PDF beside the XML in the ZIP (faq 15; formats, dec.csv). */
export const rule: Rule = {
  id: "edoc-missing-pdf",
  severity: "error",
  kinds: ["DEC"],
  source: "faq 15",
  title: { zh: "随附单据的 PDF 不在 ZIP 中", en: "the PDF of an EdocRealation is missing" },
  advice: {
    zh: "请把以 EdocID 命名的 PDF 与 XML 放在同一个 ZIP 的根目录（不要有文件夹），或删除该 EdocRealation。",
    en: "Put the PDF, named as EdocID says, beside the XML at the top of the ZIP (no folder), or remove the EdocRealation.",
  },
  start({ zipped, attachments }) {
    const names = new Set(attachments.map(({ name }) => sameName(name)));
    const lowered = new Map(attachments.map(({ name }) => [sameName(name).toLowerCase(), name]));
    return {
      names: ["EdocRealation"],
      element(edoc, report) {
        if (!announcesPdf(edoc)) return;
        const element = edocIdOf(edoc) ?? edoc;
        const id = element.text.trim();
        const wanted = pdfNames(sameName(id));
        if (wanted.some((name) => names.has(name))) return;
        const close = wanted.map((name) => lowered.get(name.toLowerCase())).find((name) => name !== undefined);
        if (close !== undefined) {
          report({
            element,
            severity: "warning",
            text: {
              zh: `EdocID 为 ${quote(id)}，ZIP 中的文件名为 ${quote(close)}，大小写不一致`,
              en: `EdocID is ${quote(id)}, the file in the ZIP is ${quote(close)}: upper and lower case differ`,
            },
            advice: { zh: "请让两者完全一致。", en: "Make the two exactly the same." },
          });
        } else if (zipped) {
          report({
            element,
            text: {
              zh: `EdocRealation 引用的 ${quote(id)} 不在 ZIP 中`,
              en: `${quote(id)}, which this EdocRealation names, is not in the ZIP`,
            },
          });
        } else {
          report({
            element,
            text: {
              zh: `报文是单独的 XML，但 EdocRealation 引用了 ${quote(id)}，其 PDF 未随报文提供`,
              en: `the document is a bare XML, but an EdocRealation names ${quote(id)} and no such PDF came with it`,
            },
            advice: {
              zh: "请将 XML 与 PDF 压缩成一个 ZIP（不含文件夹）放入 OutBox；或在等待时间内把以 EdocID 命名的 PDF 也放入 OutBox 或 PDF 文件夹；空的或没有写完的 PDF 视为没有。",
              en: "Pack the XML and its PDFs into one flat ZIP; or put the PDFs, named as EdocID says, into the OutBox or the folder of PDFs as well, within the waiting time; one that is empty or unfinished counts as missing.",
            },
          });
        }
      },
    };
  },
};
