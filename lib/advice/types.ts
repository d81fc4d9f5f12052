import type { Bilingual } from "../errors.js";

/**
 * What a code says about its document: `good` needs nobody, `notice` is no refusal but somebody has to wait or do something,
 * `refused` is a refusal or failure (also where one of the sources that disagree says so).
 */
export type Outcome = "good" | "notice" | "refused";

/** Meaning, cause and remedy of one code or text. */
export interface Explanation {
  meaning: Bilingual;
  /** What other sources say the code means, where they disagree (formats/README.md, "Conflicts"). */
  otherwise?: Bilingual;
  cause?: Bilingual;
  /** What to do. */
  action?: Bilingual;
  /** Where it comes from: `codes.csv DEC.CHANNEL`, `faq 17`, `domain B`. */
  source: string;
}

export interface CodeEntry extends Explanation {
  /** Case-sensitive: CHANNEL `A` and `a` differ. */
  code: string;
  outcome: Outcome;
}

/** The codes of one list. */
export interface CodeTable {
  /** As `formats/codes.csv` names it, or our own: `DEC.CHANNEL`, `failCode`, `SW`. */
  list: string;
  /** Receipt formats whose code or status it explains; empty = a code that is unmistakable in any format. */
  formats: readonly string[];
  /** Only for receipts of this kind, where one format uses the same codes in two lists (COO). */
  kind?: "import" | "business";
  entries: readonly CodeEntry[];
}

/** An explanation that is found by words in the text of a receipt or error. */
export interface TextRule extends Explanation {
  /** Kebab-case name; FAQ items are `faq-10` ... */
  id: string;
  /** Tested against the text; the first rule that fits gives the advice. */
  pattern: RegExp;
  /** Only for these formats; empty = any. */
  formats: readonly string[];
}

/** What advice is asked about: a receipt, or a code and text from elsewhere. */
export interface AdviceQuery {
  format?: string;
  kind?: "import" | "business" | "local";
  code: string;
  text: string;
  statusCode?: string;
  /** As the receipt was judged when it was read; a good import receipt gets no advice. */
  ok?: boolean;
}

/** Everything that advice is given from; `loadAdvice` makes one of a user's additions, in front of ours. */
export interface AdviceBook {
  tables: readonly CodeTable[];
  rules: readonly TextRule[];
  /** Asked when this one has nothing. */
  base?: AdviceBook;
}
