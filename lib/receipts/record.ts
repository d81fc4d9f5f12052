import { type CodeEntry, codeEntry } from "../advice/index.js";
import { BUSINESSES } from "../business/index.js";
import type { ReceiptOutcome } from "../document.js";
import type { ParsedReceipt } from "./types.js";

const answersByFormat = new Map<string, readonly string[]>();

/** Message types whose kinds name a receipt that passes. */
function typesNaming(passes: (format: string) => boolean): readonly string[] {
  const kinds = BUSINESSES.flatMap((business) => business.kinds).filter(({ receipts }) =>
    [...receipts.import, ...receipts.business].some(passes),
  );
  return [...new Set(kinds.map(({ type }) => type))];
}

/**
 * The message types that a format can answer, as `lib/business` names them, so that a new business needs no change here. A
 * format that no business names answers what its family does: a packet's receipt (SAS200) whatever the other receipts of
 * its system answer, a manifest's (MT9999) what HTRES4 does. Empty (= any) when nothing is known.
 */
export function answersOf(format: string): readonly string[] {
  let types = answersByFormat.get(format);
  if (!types) {
    types = typesNaming((name) => name === format);
    if (types.length === 0 && /^[A-Z]{3}200$/.test(format)) {
      types = typesNaming((name) => /^[A-Z]{3}\d{3}$/.test(name) && name.startsWith(format.slice(0, 3)));
    }
    if (types.length === 0 && /^MT\w{4}$/.test(format)) types = typesNaming((name) => name === "HTRES4");
    answersByFormat.set(format, types);
  }
  return types;
}

type Fields = Pick<ParsedReceipt, "format" | "code"> & Partial<Omit<ParsedReceipt, "ok" | "kind">>;

/** Fills what a format does not carry with empty strings, `ok` from the outcome, `answers` from the business table. */
export function record(fields: Fields & { kind: ParsedReceipt["kind"]; outcome: ReceiptOutcome }): ParsedReceipt {
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
    ok: isOk(fields.outcome),
    ...rest,
  };
  const keys = [...new Set(otherKeys)].filter((key) => key !== "" && key !== receipt.clientKey);
  if (keys.length > 0) receipt.otherKeys = keys;
  if (fileName) receipt.fileName = fileName;
  if (at !== undefined) receipt.at = at;
  return receipt;
}

/** `Receipt.ok` of an outcome. */
export function isOk(outcome: ReceiptOutcome): boolean {
  return outcome === "good" || outcome === "notice";
}

/** What stands for the meaning of a code that no table has, so that nobody takes it for a success or a failure. */
function unknownText(code: string): string {
  return code === "" ? "回执没有结果代码" : `未知代码 ${code}`;
}

/** An import receipt: whether the data centre took the document, by the code tables in `lib/advice`. */
export function importRecord(fields: Fields): ParsedReceipt {
  const { format, code } = fields;
  const outcome = fields.outcome ?? codeEntry(format, code, undefined, "import")?.outcome ?? "unknown";
  return record({
    ...(outcome === "unknown" && { statusText: unknownText(code) }),
    ...fields,
    kind: "import",
    outcome,
  });
}

/**
 * A business receipt whose code is a customs status, by the code tables in `lib/advice`. `meaning` puts the status into
 * other words: "the cancellation was approved".
 */
export function statusRecord(fields: Fields, meaning = (entry: CodeEntry) => entry.meaning.zh): ParsedReceipt {
  const { format, code } = fields;
  const entry = codeEntry(format, code, undefined, "business");
  return record({
    statusCode: code,
    statusText: entry ? meaning(entry) : fields.outcome && code === "" ? "" : unknownText(code),
    ...fields,
    kind: "business",
    outcome: fields.outcome ?? entry?.outcome ?? "unknown",
  });
}

/** A receipt of a format whose code tells the two apart: some say whether it was taken, the others are customs' (`CodeEntry.kind`). */
export function recordByCode(fields: Fields): ParsedReceipt {
  return { ...statusRecord(fields), kind: codeEntry(fields.format, fields.code)?.kind ?? "business" };
}

const DIGITS = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})(\d{0,3}))?\d*([+-]\d{2}(?::?\d{2})?)?$/;
const DASHED =
  /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d*)?)?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/;

/**
 * A receipt's own time in milliseconds since the epoch, or undefined when it has none or it cannot be read. Forms seen:
 * `yyyy-MM-dd HH:mm:ss`, the same with `T` and a zone, `yyyy-MM-dd`, `yyyyMMdd`, `yyyyMMddHHmmss` with or without
 * milliseconds or a zone (formats/receipts.csv). Times without a zone are China's.
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
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(3).replace(":", ""));
  return (text.startsWith("-") ? -minutes : minutes) * 60_000;
}

/** The data centre's number is 18 digits, or a letter and 17 digits (formats/receipts.csv). */
export function looksLikeSeqNo(value: string): boolean {
  return /^[0-9A-Z]\d{17}$/.test(value);
}
