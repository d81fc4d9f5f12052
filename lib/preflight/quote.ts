export { quote } from "../quote.js";

/** A number without leading zeros, so that `01` and `1` are the same line of a document. */
export function plainNumber(text: string): string {
  return text.replace(/^0+(?=\d)/, "");
}
