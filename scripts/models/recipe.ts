import type { Rests } from "../../lib/model/evidence.js";
import type { Row } from "./table.js";

/**
 * What becomes of a table: one recipe a message type, in `scripts/recipes/`. The table says what there is; the recipe
 * says what that rests on, and so what a document is refused for (`lib/model/evidence.ts`).
 */
export interface Recipe {
  /** Message type, and the name of its files. */
  type: string;
  /** Its table below `formats/`. */
  table: string;
  /** Target namespace; empty for none. */
  namespace: string;
  /** Paths at which a document may begin, because producers leave out what is above. */
  roots: readonly string[];
  /** What the model rests on and how sure that is, as sentences. */
  basis: readonly string[];
  /** What all of it rests on where nothing else is said. */
  rests: Rests;
  /** What the order of children rests on. */
  order?: Rests;
  /** What it rests on that there are no other elements; `open`: others are known to be in use, which ones is not. */
  closed?: Rests | "open";
  /** What it rests on that a number is a number, and that one that is needed is not empty. */
  numbers?: Rests;
  /** Where empty numbers differ from that: of whole numbers that are not needed, and of other numbers that are not. */
  empty?: { whole?: Rests; others?: Rests };
  /** Paths of the numbers by which receipts are matched. */
  keys?: readonly string[];
  /** Paths of what an item of the FAQ asks for. */
  faq?: Readonly<Record<string, number>>;
  /** Names of fields whose type or length real files exceed, or that sources disagree on. */
  loose?: readonly string[];
  /** Names of fields that accepted files have in different places. */
  anywhere?: readonly string[];
  /** Other spellings of an element that are in use, by its name. */
  also?: Readonly<Record<string, readonly string[]>>;
  /** Names are written with a small or a capital first letter. */
  eitherCase?: true;
  /** Other forms of dates that were accepted, by the name of the element; `*` stands for all others. */
  dates?: Readonly<Record<string, readonly string[]>>;
  /** Elements that real files also write in a short form, and the child that tells it. */
  short?: Readonly<Record<string, string>>;
  /** Changes a row; none leaves it out. */
  adjust?(row: Row): Row | undefined;
  /** Elements that the table lacks, at the end of what holds them. */
  more?: readonly Row[];
}

/** A row for what a table lacks. */
export function row(path: string, zh: string, en: string, type = "string"): Row {
  return { path, min: 0, max: 1, type, length: 0, pattern: "", required: "", zh, en, confidence: "1" };
}

export const XMLDSIG = "http://www.w3.org/2000/09/xmldsig#";

export const NO_OFFICIAL =
  "No official XSD of this message is public. Put the official one into SW_SCHEMAS where you have it.";

/** The element with the business data in the 金二 envelope. */
export const BUSINESS_DATA = "Signature/Object/Package/DataInfo/BussinessData";

/** The places at which a document in the 金二 envelope may begin; `body` is the element with the business data. */
export function envelope(body: string): string[] {
  return ["Signature", "Signature/Object/Package", `${BUSINESS_DATA}/${body}`];
}

/** What a producer leaves of the signature is replaced by the client's own: an empty frame of it lacks nothing. */
export function unsigned(row: Row): Row {
  return /^Signature\/(SignedInfo|SignatureValue|KeyInfo)\//.test(row.path) ? { ...row, min: 0 } : row;
}
