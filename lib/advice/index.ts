import type { Bilingual } from "../errors.js";
import { BUILT_IN } from "./book.js";
import { explanationText } from "./speak.js";
import type { AdviceBook, AdviceQuery, CodeEntry, Explanation, Outcome } from "./types.js";

export { BUILT_IN } from "./book.js";
export { englishStatus, withEnglish } from "./english.js";
export { faqAdvice } from "./faq.js";
export { loadAdvice, readAdvice } from "./load.js";
export { localReceipt } from "./local-receipt.js";
export type { AdviceBook, AdviceQuery, CodeEntry, CodeTable, Explanation, Outcome, TextRule } from "./types.js";

/** Longer texts are cut before patterns look at them. */
const TEXT_LIMIT = 8_000;

/** The book itself, then the one it stands in front of. */
function* layers(book: AdviceBook): Generator<AdviceBook> {
  for (let layer: AdviceBook | undefined = book; layer; layer = layer.base) yield layer;
}

function entryIn(layer: AdviceBook, format: string, code: string, kind: AdviceQuery["kind"]): CodeEntry | undefined {
  if (code === "") return undefined;
  const asked = layer.tables.filter((table) => !table.kind || !kind || table.kind === kind);
  const named = asked.filter(({ formats }) => formats.includes(format));
  const own = named.length > 0 ? named : asked.filter(({ family }) => family?.test(format));
  const any = asked.filter(({ formats, family }) => formats.length === 0 && !family);
  for (const { entries } of [...own, ...any]) {
    const found = entries.find((entry) => entry.code === code) ?? entries.find((entry) => stands(entry.code, code));
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

/** Whether a row that stands for several codes (`CodeEntry.code`) stands for this one. */
function stands(row: string, code: string): boolean {
  // `00`, or a full-width zero, may well be meant as 0: nobody has said, so it is neither that nor everything else.
  if (row === "*") return !/^0+$/.test(code.normalize("NFKC"));
  if (row === "<0") return /^-\d+$/.test(code);
  return row.endsWith("-*") && code.startsWith(row.slice(0, -1));
}

/** The customs meaning of a status code, e.g. CHANNEL `R` of `DEC_RESULT` is 结关; undefined for a code that no table has. */
export function statusText(format: string, code: string, book: AdviceBook = BUILT_IN): Bilingual | undefined {
  return codeEntry(format, code, book)?.meaning;
}

/** Whether a code is good, needs attention, or is a refusal; undefined for a code that no table has. */
export function outcomeOf(format: string, code: string, book: AdviceBook = BUILT_IN): Outcome | undefined {
  return codeEntry(format, code, book)?.outcome;
}

/** What is said of a code that no table has. */
const UNKNOWN_CODE = codeEntry("", "SW-CODE") as CodeEntry;

const FAILED_WITHOUT_REASON: Explanation = {
  meaning: { zh: "导入失败", en: "The import failed" },
  cause: { zh: "见回执中的说明文字", en: "See the receipt's own text" },
  action: {
    zh: "按说明修改报文后，重新放入 OutBox，可用原文件名和原编号；看不懂时请把回执原文、客户端 ID 和日志发给客服",
    en: "Correct the document as the text says and put it into OutBox again, under the same name and own number if you like; if it is unclear, give the receipt, the client ID and the log to the service desk",
  },
  source: "domain B",
};

/**
 * What a receipt or fault means, why, and what to do, in both languages; null when it is plainly good. Looked for in this
 * order: words in the text (the FAQ's items), the code in the tables of its format, then a general answer. A user's book
 * comes before ours in both.
 */
export function adviceFor(query: AdviceQuery, book: AdviceBook = BUILT_IN): Bilingual | null {
  const { format = "", kind, ok, outcome } = query;
  // Where there is a status it is what the receipt says; the code may be of another list (COO's Channel).
  const code = query.statusCode || query.code;
  if (ok && kind !== "business" && outcome !== "notice") return null;
  const entry = codeEntry(format, code, book, kind);
  if (entry ? entry.outcome === "good" && ok !== false : ok) return null;
  // Blanks and line ends between Chinese characters are a printer's, not the author's (faq 18 as it is printed).
  const text = query.text.slice(0, TEXT_LIMIT).replace(/(?<=\p{Script=Han})\s+(?=\p{Script=Han})/gu, "");
  for (const layer of layers(book)) {
    const rule = layer.rules.find(
      ({ formats, pattern }) => (formats.length === 0 || formats.includes(format)) && pattern.test(text),
    );
    const found = rule ?? entryIn(layer, format, code, kind);
    if (found) return explanationText(found);
  }
  return explanationText(kind === "import" && outcome !== "unknown" ? FAILED_WITHOUT_REASON : UNKNOWN_CODE);
}
