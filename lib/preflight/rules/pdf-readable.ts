import { isPdfName } from "../../business/edocs.js";
import type { Bilingual } from "../../errors.js";
import { fileKind } from "../../file-kind.js";
import { quote } from "../quote.js";
import type { Rule } from "../types.js";

/** Readers of PDF look for the beginning in the first kilobyte. */
const HEAD = 1024;

/** An attachment named .pdf is a PDF that can be opened (domain 1.1 has attachments as PDF). A warning: what becomes of others is not public. */
export const rule: Rule = {
  id: "pdf-readable",
  severity: "warning",
  kinds: [],
  source: "domain 1.1",
  title: { zh: "PDF 打不开", en: "PDF that cannot be opened" },
  advice: {
    zh: "请重新生成该 PDF：不是空文件，不是改了扩展名的图片或 Office 文件，不设密码和权限限制。",
    en: "Make the PDF anew: not empty, no image or Office file under another name, without password or restrictions.",
  },
  start({ attachments, body }) {
    const pdfs = attachments.filter(({ name }) => isPdfName(name));
    if (pdfs.length === 0) return undefined;
    return {
      end(report) {
        for (const { name, bytes } of pdfs) {
          const why = faultOf(bytes);
          if (!why) continue;
          report({ element: body, text: { zh: `${quote(name)} ${why.zh}`, en: `${quote(name)} ${why.en}` } });
        }
      },
    };
  },
};

function faultOf(bytes: Buffer): Bilingual | undefined {
  if (!bytes.subarray(0, HEAD).includes("%PDF-")) {
    const kind = fileKind(bytes);
    return kind
      ? { zh: `不是 PDF，而是${kind.zh}`, en: `is no PDF but ${kind.en}` }
      : { zh: "不是 PDF", en: "is no PDF" };
  }
  return isEncrypted(bytes)
    ? { zh: "已加密或设有权限限制，可能打不开", en: "is encrypted or restricted, and may not open elsewhere" }
    : undefined;
}

/** The trailer, or the stream that stands for it, names the dictionary of an encryption. */
function isEncrypted(bytes: Buffer): boolean {
  for (let at = bytes.indexOf("/Encrypt"); at !== -1; at = bytes.indexOf("/Encrypt", at + 8)) {
    if (/^\s{0,8}(?:\d{1,10}\s{1,8}\d{1,5}\s{1,8}R|<<)/.test(bytes.toString("latin1", at + 8, at + 48))) return true;
  }
  return false;
}
