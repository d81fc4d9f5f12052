import { BUILT_IN } from "./book.js";
import type { AdviceBook } from "./types.js";

const known = new WeakMap<AdviceBook, Map<string, string>>();

function englishIn(book: AdviceBook): Map<string, string> {
  const found = known.get(book) ?? new Map<string, string>();
  if (!known.has(book)) {
    for (const { entries } of book.tables) {
      for (const { code, meaning } of entries)
        if (meaning.zh !== meaning.en) found.set(`${code} ${meaning.zh}`, meaning.en);
    }
    known.set(book, found);
  }
  return found;
}

/**
 * The English of a status that stands in Chinese beside its code, where a table has just these words for that code; empty for what a receipt
 * says in words of its own.
 */
export function englishStatus(code: string, text: string, book: AdviceBook = BUILT_IN): string {
  for (let layer: AdviceBook | undefined = book; layer; layer = layer.base) {
    const english = englishIn(layer).get(`${code} ${text}`);
    if (english) return english;
  }
  return "";
}

interface Status {
  statusCode: string;
  statusText: string;
}

/** A row or receipt with the English of its status. */
export function withEnglish<T extends Status>(row: T, book: AdviceBook): T & { statusTextEn: string } {
  return { ...row, statusTextEn: englishStatus(row.statusCode, row.statusText, book) };
}
