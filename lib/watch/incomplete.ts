import type { Bilingual, Fault } from "../errors.js";
import type { Incomplete } from "../files/complete.js";

/** What is the matter with a file that does not get finished. */
const WHY: Record<Incomplete, Bilingual> = {
  empty: { zh: "文件是空的，一直没有写入内容", en: "the file is empty, and nothing was written into it" },
  "no-xml": {
    zh: "文件名是 .xml，内容却不是 XML",
    en: "its name says .xml, and its content is no XML",
  },
  zeros: {
    zh: "内容已完整，但文件末尾的零字节（NUL）一直没有截去",
    en: "its content is whole, but the zeros (NUL) behind it were never cut off",
  },
  hole: {
    zh: "内容有头有尾，但中间的零字节（NUL）一直没有写满",
    en: "it has a beginning and an end, but the zeros (NUL) in between were never filled",
  },
  behind: {
    zh: "根元素结束（或 ZIP 结尾）之后还有其他内容",
    en: "something follows the end of its root element, or of its ZIP",
  },
  unfinished: {
    zh: "文件一直没有写完：末尾不完整（根元素没有结束，或 ZIP、PDF 没有结尾）",
    en: "the file was never finished: its end is missing (the root element is not closed, or the ZIP or PDF has no end)",
  },
};

const WRITE_AGAIN: Bilingual = {
  zh: "请让 ERP 重新导出；先写成 .tmp，写完再改名，可避免此问题。",
  en: "Export it again; writing to .tmp and renaming when it is done avoids this.",
};

const NO_DOCUMENT: Bilingual = {
  zh: "OutBox 只接收 XML 报文或其 ZIP；请检查 ERP 导出的内容，改正后重新放入。",
  en: "An OutBox takes XML documents, or ZIPs of them: see what the ERP exports, and hand it in again.",
};

/** Why a file that did not get finished in its time is refused. */
export function incomplete(why: Incomplete): Fault {
  return { code: "SW-INCOMPLETE", text: WHY[why], advice: why === "no-xml" ? NO_DOCUMENT : WRITE_AGAIN };
}
