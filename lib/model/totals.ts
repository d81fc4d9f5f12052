/** A sum over the rows of a table. */
export interface Total {
  /** The column that was summed. */
  name: string;
  zh: string;
  en: string;
  /** Digits as they are, no rounding. */
  value: string;
}

/** Columns whose sums mean something whatever the goods are: amounts and weights. Quantities have units of their own. */
const SUMMED = /(?:total|totalamt|amt|wt|wet|weight)$/i;
const EACH = /uprc|unit/i;
const AMOUNT = /(?:total|amt)$/i;
/** Columns that say in which currency an amount is. */
const CURRENCY = /curr(?:cd|code|ency)?$/i;
const DECIMAL = /^-?\d{1,30}(?:\.\d{1,10})?$/;
/** Decimals are summed as whole numbers of this many digits behind the point. */
const DIGITS = 10;

/** Sums of amounts and weights, exact; none where a value is no plain decimal, and none of amounts in several currencies. */
export function totalsOf(
  columns: readonly { name: string; zh: string; en: string }[],
  rows: readonly string[][],
): Total[] {
  if (rows.length < 2) return [];
  const currencies = new Set(
    columns.flatMap(({ name }, at) => (CURRENCY.test(name) ? rows.map((row) => row[at]?.trim() ?? "") : [])),
  );
  return columns.flatMap(({ name, zh, en }, at) => {
    if (!SUMMED.test(name) || EACH.test(name) || (AMOUNT.test(name) && currencies.size > 1)) return [];
    const sum = sumOf(rows.map((row) => row[at]?.trim() ?? ""));
    return sum === undefined ? [] : [{ name, zh, en, value: sum }];
  });
}

function sumOf(values: readonly string[]): string | undefined {
  let sum = 0n;
  for (const value of values) {
    if (value === "") continue;
    if (!DECIMAL.test(value)) return undefined;
    const [whole = "", fraction = ""] = value.replace("-", "").split(".");
    const scaled = BigInt(whole + fraction.padEnd(DIGITS, "0"));
    sum += value.startsWith("-") ? -scaled : scaled;
  }
  const digits = String(sum < 0n ? -sum : sum).padStart(DIGITS + 1, "0");
  let fraction = digits.slice(-DIGITS);
  while (fraction.endsWith("0")) fraction = fraction.slice(0, -1);
  return `${sum < 0n ? "-" : ""}${digits.slice(0, -DIGITS)}${fraction && `.${fraction}`}`;
}
