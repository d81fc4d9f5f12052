const LONGEST = 80;

/** A value from a document as it may stand in a message: one line, no control characters, cut when long. */
export function quote(value: string): string {
  const line = value.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  const points = [...line.slice(0, 2 * LONGEST + 2)];
  return points.length > LONGEST ? `${points.slice(0, LONGEST).join("")}…` : line;
}

/** A number without leading zeros, so that `01` and `1` are the same line of a document. */
export function plainNumber(text: string): string {
  return text.replace(/^0+(?=\d)/, "");
}
