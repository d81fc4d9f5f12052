/** What a receipt on demand says and about whom. */
export interface Wanted {
  code: string;
  text: string;
  /** The producer's own number. */
  key: string;
  /** The data centre's 18 digits. */
  seqNo: string;
  customsNo: string;
  /** Of the document, for receipts that name it. */
  fileName: string;
  clientId: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/** One receipt format as the simulator writes it on demand; adding one is adding a file here and a line to the index. */
export interface Shape {
  /** As the receipt calls itself: `DEC_RESULT`, `INV201` ... */
  format: string;
  /** The document that it answers: `DEC`, `INV101` ...; empty = none. */
  answers: string;
  /** Codes that it is known with, the first one good where there is a good one. */
  codes: readonly string[];
  /** Each way of writing it that was seen; the first is the usual one. */
  variants: Readonly<Record<string, (of: Wanted) => Buffer>>;
  /** What a code stands for in the name of the receipt's file. */
  prefix(code: string): "Successed" | "Failed" | "Receipt";
}

export const business = (): "Receipt" => "Receipt";

/** For an import receipt: which codes are a success. */
export const imported =
  (...good: readonly string[]) =>
  (code: string): "Successed" | "Failed" =>
    good.includes(code) ? "Successed" : "Failed";
