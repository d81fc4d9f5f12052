import type { Fault } from "../../errors.js";

/** A fault as the columns of a row or an event have it. */
export function wordsOf({ code, text }: Pick<Fault, "code" | "text">): { code: string; text: string; textEn: string } {
  return { code, text: text.zh, textEn: text.en };
}

/** No fault. */
export const NO_WORDS = { code: "", text: "", textEn: "" } as const;
