import type { Row } from "./table.js";

/** What becomes of a table: one recipe a message type, in `scripts/recipes/`. */
export interface Recipe {
  /** Message type, and the name of its files. */
  type: string;
  /** Its table below `formats/`. */
  table: string;
  /** Target namespace; empty for none. */
  namespace: string;
  /** Paths at which a document may begin, because producers leave out what is above. */
  roots: readonly string[];
  /** Whether children in another order are refused. */
  order: "error" | "warning";
  /** Whether an empty numeric element is refused (faq 14 says so of the declaration). */
  emptyNumeric: "error" | "warning";
  /** The table repeats an official XSD, so that what it does not name is not allowed. */
  official: boolean;
  /** Fields whose type or length real files exceed, or that sources disagree on. */
  loose?: readonly string[];
  /** Fields that accepted files have in different places. */
  anywhere?: readonly string[];
  /** Elements that real files also write in a short form, and the child that tells it. */
  short?: Readonly<Record<string, string>>;
  /** What the model rests on and how sure that is, as sentences. */
  basis: readonly string[];
  adjust?(row: Row): Row;
}

export const XMLDSIG = "http://www.w3.org/2000/09/xmldsig#";

export const NO_OFFICIAL =
  "No official XSD of this message is public. Put the official one into SW_SCHEMAS where you have it.";

/** The places at which a document in the 金二 envelope may begin; `body` is the element with the business data. */
export function envelope(body: string): string[] {
  const root = "Signature";
  return [root, `${root}/Object/Package`, `${root}/Object/Package/DataInfo/BussinessData/${body}`];
}

/** What a producer leaves of the signature is replaced by the client's own: an empty frame of it lacks nothing. */
export function unsigned(row: Row): Row {
  return /^Signature\/(SignedInfo|SignatureValue|KeyInfo)\//.test(row.path) ? { ...row, min: 0 } : row;
}
