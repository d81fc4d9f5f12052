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

/** The book itself, then the one it stands in front of. */
function* layers(book: AdviceBook): Generator<AdviceBook> {
  for (let layer: AdviceBook | undefined = book; layer; layer = layer.base) yield layer;
}

function entryIn(layer: AdviceBook, format: string, code: string, kind: AdviceQuery["kind"]): CodeEntry | undefined {
  if (code === "") return undefined;
  for (const table of layer.tables) {
    if (table.formats.length > 0 && !table.formats.includes(format)) continue;
    if (table.kind && kind && table.kind !== kind) continue;
    const found = table.entries.find((entry) => entry.code === code || inRange(entry.code, code));
    if (found) return found;
  }
  return undefined;
}

/** What the tables have on a code of a format, case-sensitive; undefined when it is in none. */
export function codeEntry(
  format: string,
  code: string,
  book: AdviceBook = BUILT_IN,
  kind?: AdviceQuery["kind"],
): CodeEntry | undefined {
  for (const layer of layers(book)) {
    const found = entryIn(layer, format, code, kind);
    if (found) return found;
  }
  return undefined;
}

/** `<0` stands for every negative number (CEB's returnStatus), `SW-RULE-*` for every code that begins like that. */
function inRange(pattern: string, code: string): boolean {
  if (pattern === "<0") return /^-\d+$/.test(code);
  return pattern.endsWith("-*") && code.startsWith(pattern.slice(0, -1));
}

/** The customs meaning of a status code, e.g. CHANNEL `R` of `DEC_RESULT` is 结关; undefined for a code that no table has. */
export function statusText(format: string, code: string, book: AdviceBook = BUILT_IN): Bilingual | undefined {
  return codeEntry(format, code, book)?.meaning;
}

/** Whether a code is good, needs attention, or is a refusal; undefined for a code that no table has. */
export function outcomeOf(format: string, code: string, book: AdviceBook = BUILT_IN): Outcome | undefined {
  return codeEntry(format, code, book)?.outcome;
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
 * order: words in the text (the FAQ's items), the code in the tables of its format, then a general answer. A user's book
 * comes before ours in both.
 */
export function adviceFor(query: AdviceQuery, book: AdviceBook = BUILT_IN): Bilingual | null {
  const { format = "", code, statusCode = "", kind, ok } = query;
  if (ok && kind !== "business") return null;
  const entry = codeEntry(format, statusCode, book, kind) ?? codeEntry(format, code, book, kind);
  if (entry ? entry.outcome === "good" && ok !== false : ok) return null;
  // Blanks and line ends between Chinese characters are a printer's, not the author's (faq 18 as it is printed).
  const text = query.text.slice(0, TEXT_LIMIT).replace(/(?<=\p{Script=Han})\s+(?=\p{Script=Han})/gu, "");
  for (const layer of layers(book)) {
    const rule = layer.rules.find(
      ({ formats, pattern }) => (formats.length === 0 || formats.includes(format)) && pattern.test(text),
    );
    const found = rule ?? entryIn(layer, format, statusCode, kind) ?? entryIn(layer, format, code, kind);
    if (found) return explanationText(found);
  }
  return explanationText(kind === "import" ? FAILED_WITHOUT_REASON : UNKNOWN_CODE);
}
