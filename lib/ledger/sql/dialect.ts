import type { Value, Work } from "./work.js";

/** What databases say differently. All else is SQL that each of them takes: `ON CONFLICT`, `RETURNING`, `FILTER`. */
export interface Dialect {
  /** These expressions as one value, a JSON array: a row of many columns is slow on its way out. */
  array(expressions: readonly string[]): string;
  /**
   * A column as it is compared without regard to the case of ASCII letters, the place of a value that it is compared with, and the
   * column as it is grouped and sorted by.
   */
  readonly word: { column(name: string): string; readonly value: string; grouped(name: string): string };
  /** Condition: the column has this text somewhere, without regard to case; `%`, `_` and `\` in the value are escaped by `\`. */
  contains(column: string): string;
  /** Many rows as the value of one `?`: `table` is to be selected from, `field` is a column of it, from 0. */
  readonly rows: {
    value(rows: readonly (readonly (string | number)[])[]): Value;
    readonly table: string;
    field(index: number, kind: "text" | "integer"): string;
  };
  /** Documents joined with an index of texts, and what narrows them down to those that may have this one. */
  withText?(text: string): { from: string; condition: string; value: Value } | undefined;
  /**
   * Documents with a text, by an index of texts: newest first, at most `limit` and some more. Undefined when there is none for this
   * text. `where` holds for each of them, the text included.
   */
  byText?(search: TextSearch): Work<Record<string, unknown>[]> | undefined;
  /** Statements that bring up to date what follows from the rows, after these came from another ledger, or a backup. */
  readonly filled: readonly string[];
  /** Statements that take every row out of a ledger. */
  readonly emptied: readonly string[];
}

export interface TextSearch {
  text: string;
  /** What is selected of `documents`. */
  select: string;
  where: string;
  values: readonly Value[];
  /** Id of the document that the page before ended with. */
  before: string | undefined;
  limit: number;
}

/** Condition: the column is the next value, without regard to the case of ASCII letters. */
export function isWord(column: string, { word }: Dialect): string {
  return `${word.column(column)} = ${word.value}`;
}
