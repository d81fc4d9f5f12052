import type { ReceiptKind, ReceiptOutcome } from "../document.js";
import type { Bilingual } from "../errors.js";

/** What a code that is known says; `refused` also where only one of the sources that disagree says so. */
export type Outcome = Exclude<ReceiptOutcome, "unknown">;

/** Meaning, cause and remedy of one code or text. */
export interface Explanation {
  meaning: Bilingual;
  /** What other sources say the code means, where they disagree (formats/README.md, "Where sources disagree"). */
  otherwise?: Bilingual;
  cause?: Bilingual;
  /** What to do. */
  action?: Bilingual;
  /** Where it comes from: `codes.csv DEC.CHANNEL`, `faq 17`, `domain B`. */
  source: string;
}

export interface CodeEntry extends Explanation {
  /**
   * Case-sensitive: CHANNEL `A` and `a` differ. `<0` stands for every negative number, `SW-RULE-*` for what begins like that,
   * `*` for every code that the table does not name.
   */
  code: string;
  outcome: Outcome;
  /** It says whether the data centre took the document, in a format that has customs' own statuses as well. */
  kind?: "import";
}

/** The codes of one list. */
export interface CodeTable {
  /** As `formats/codes.csv` names it, or our own: `DEC.CHANNEL`, `failCode`, `SW`. */
  list: string;
  /** Receipt formats whose code or status it explains; empty and no family = codes that are unmistakable in any format. */
  formats: readonly string[];
  /** Formats of a family that no other table names: it explains theirs too. */
  family?: RegExp;
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
  kind?: ReceiptKind;
  code: string;
  text: string;
  statusCode?: string;
  /** As the receipt was judged when it was read; a good import receipt gets no advice. */
  ok?: boolean;
  outcome?: ReceiptOutcome;
}

/** Everything that advice is given from; `loadAdvice` makes one of a user's additions, in front of ours. */
export interface AdviceBook {
  tables: readonly CodeTable[];
  rules: readonly TextRule[];
  /** Asked when this one has nothing. */
  base?: AdviceBook;
}
