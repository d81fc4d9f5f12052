import type { Bilingual } from "../errors.js";
import { BUILT_IN } from "./book.js";
import { explanationText } from "./speak.js";
import type { AdviceBook, AdviceQuery, CodeEntry, Explanation, Outcome } from "./types.js";

export { BUILT_IN } from "./book.js";
export { faqAdvice } from "./faq.js";
export { loadAdvice, readAdvice } from "./load.js";
export { localReceipt } from "./local-receipt.js";
export { maskSecrets } from "./mask.js";
export type { AdviceBook, AdviceQuery, CodeEntry, CodeTable, Explanation, Outcome, TextRule } from "./types.js";

/** Longer texts are cut before patterns look at them. */
const TEXT_LIMIT = 8_000;

function entryOf(book: AdviceBook, format: string, code: string): CodeEntry | undefined {
  if (code === "") return undefined;
  for (const table of book.tables) {
    if (table.formats.length > 0 && !table.formats.includes(format)) continue;
    const found = table.entries.find((entry) => entry.code === code || inRange(entry.code, code));
    if (found) return found;
  }
  return undefined;
}

/** CEB's returnStatus has one entry, `<0`, for every negative number. */
function inRange(pattern: string, code: string): boolean {
  return pattern === "<0" && /^-\d+$/.test(code);
}

/** The customs meaning of a status code, e.g. CHANNEL `R` of `DEC_RESULT` is 结关; undefined for a code that no table has. */
export function statusText(format: string, code: string, book: AdviceBook = BUILT_IN): Bilingual | undefined {
  return entryOf(book, format, code)?.meaning;
}

/** Whether a code is good, needs attention, or is a refusal; undefined for a code that no table has. */
export function outcomeOf(format: string, code: string, book: AdviceBook = BUILT_IN): Outcome | undefined {
  return entryOf(book, format, code)?.outcome;
}

const UNKNOWN_CODE: Explanation = {
  meaning: { zh: "该代码的含义没有公开资料", en: "What this code means is not public" },
  action: {
    zh: "请在单一窗口网页查询该单据的状态，并把回执原文发给客服；含义确认后可写入自己的说明文件",
    en: "Look the document up on the Single Window's web page and give the receipt to the service desk; once it is known, add it to your advice file",
  },
  source: "domain D",
};

const FAILED_WITHOUT_REASON: Explanation = {
  meaning: { zh: "导入失败", en: "The import failed" },
  cause: { zh: "见回执中的说明文字", en: "See the receipt's own text" },
  action: {
    zh: "按说明修改报文后，用新文件名重新放入 OutBox；看不懂时请把回执原文、客户端 ID 和日志发给客服",
    en: "Correct the document as the text says and put it into OutBox again; if it is unclear, give the receipt, the client ID and the log to the service desk",
  },
  source: "domain B",
};

/**
 * What a receipt or fault means, why, and what to do, in both languages; null when it is plainly good. Looked for in this
 * order: words in the text (the FAQ's items), the code in the tables of its format, then a general answer.
 */
export function adviceFor(query: AdviceQuery, book: AdviceBook = BUILT_IN): Bilingual | null {
  const { format = "", code, statusCode = "" } = query;
  if (query.ok && query.kind !== "business") return null;
  const found = entryOf(book, format, statusCode) ?? entryOf(book, format, code);
  if (found?.outcome === "good" && query.ok !== false) return null;
  const text = query.text.slice(0, TEXT_LIMIT);
  const rule = book.rules.find(
    ({ formats, pattern }) => (formats.length === 0 || formats.includes(format)) && pattern.test(text),
  );
  if (rule) return explanationText(rule);
  if (found) return explanationText(found);
  return explanationText(query.kind === "import" ? FAILED_WITHOUT_REASON : UNKNOWN_CODE);
}
