import { codeEntry } from "../advice/index.js";
import { BUSINESSES } from "../business/index.js";
import type { ReceiptOutcome } from "../document.js";
import type { ParsedReceipt } from "./types.js";

const answersByFormat = new Map<string, readonly string[]>();

/**
 * The message types that a format can answer, as `lib/business` names them, so that a new business needs no change here.
 * Empty (= any) when no business names the format.
 */
export function answersOf(format: string): readonly string[] {
  let types = answersByFormat.get(format);
  if (!types) {
    const kinds = BUSINESSES.flatMap((business) => business.kinds).filter(
      ({ receipts }) => receipts.import.includes(format) || receipts.business.includes(format),
    );
    types = [...new Set(kinds.map(({ type }) => type))];
    answersByFormat.set(format, types);
  }
  return types;
}

/** Fills what a format does not carry with empty strings, and `answers` from the business table. */
export function record(
  fields: Pick<ParsedReceipt, "kind" | "format" | "ok" | "code"> & Partial<ParsedReceipt>,
): ParsedReceipt {
  const { otherKeys, fileName, at, ...rest } = fields;
  const receipt: ParsedReceipt = {
    text: "",
    clientKey: "",
    seqNo: "",
    customsNo: "",
    part: "",
    statusCode: "",
    statusText: "",
    answers: answersOf(fields.format),
    outcome: outcomeOf(fields),
    ...rest,
  };
  const keys = [...new Set(otherKeys)].filter((key) => key !== "" && key !== receipt.clientKey);
  if (keys.length > 0) receipt.otherKeys = keys;
  if (fileName) receipt.fileName = fileName;
  if (at !== undefined) receipt.at = at;
  return receipt;
}

/** A code that no table has says nothing of success or failure. */
function outcomeOf({ kind, format, ok, code }: Pick<ParsedReceipt, "kind" | "format" | "ok" | "code">): ReceiptOutcome {
  const entry = codeEntry(format, code, undefined, kind);
  if (ok) return entry?.outcome === "notice" ? "notice" : "good";
  return entry || kind === "local" ? "refused" : "unknown";
}

/**
 * A business receipt whose code is a customs status. `ok` comes from the code tables in `lib/advice`: true for a status
 * that is no refusal. A code that no table has, or none at all, is not plainly good.
 */
export function statusRecord(
  fields: Pick<ParsedReceipt, "format" | "code"> & Partial<Omit<ParsedReceipt, "ok" | "kind">>,
): ParsedReceipt {
  const { format, code } = fields;
  const entry = codeEntry(format, code, undefined, "business");
  return record({
    kind: "business",
    ok: entry !== undefined && entry.outcome !== "refused",
    statusCode: code,
    statusText: entry?.meaning.zh ?? "",
    ...fields,
  });
}

const DIGITS = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})(\d{0,3}))?\d*$/;
const DASHED =
  /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d*)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * A receipt's own time in milliseconds since the epoch, or undefined when it has none or it cannot be read. Forms seen:
 * `yyyy-MM-dd HH:mm:ss`, the same with `T` and a zone, `yyyy-MM-dd`, `yyyyMMdd`, `yyyyMMddHHmmss` with or without
 * milliseconds (formats/receipts.csv). Times without a zone are China's.
 */
export function timeOf(text: string): number | undefined {
  const value = text.trim();
  const match = DIGITS.exec(value) ?? DASHED.exec(value);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60) return undefined;
  const milliseconds = Number((match[7] ?? "").padEnd(3, "0"));
  return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds) - offsetOf(match[8]);
}

function offsetOf(zone: string | undefined): number {
  const text = zone ?? "+08:00";
  if (text === "Z") return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2));
  return (text.startsWith("-") ? -minutes : minutes) * 60_000;
}

/** The data centre's number is 18 digits, or a letter and 17 digits (formats/receipts.csv). */
export function looksLikeSeqNo(value: string): boolean {
  return /^[0-9A-Z]\d{17}$/.test(value);
}
