import { maskSecrets } from "../mask.js";

/** How the daily log is written: fields separated by tabs, or a JSON object a line. */
export const LOG_FORMATS = ["text", "json"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** One event of the daily log. Empty: there is none. */
export interface LogEntry {
  event: string;
  /** Id of the document. */
  document: string;
  /** Name of its file, or of the card. */
  file: string;
  code: string;
  text: string;
}

/** The keys of a line in JSON, always all of them and in this order: programs are written for them. */
const KEYS = ["event", "document", "file", "code", "text"] as const;

/** Endings of the log's files: a day on which the format was changed has both. */
export const LOG_ENDINGS: Readonly<Record<LogFormat, string>> = { text: "log", json: "jsonl" };

/**
 * One field of a line: nothing from outside may forge a line, a field or a colour, turn the reading direction round, or
 * carry a password.
 */
function harmless(field: string): string {
  return maskSecrets(field).replace(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, " ");
}

/** The line of an event, `at` in milliseconds since the epoch. */
export function logLine(format: LogFormat, at: number, entry: LogEntry): string {
  const time = new Date(at).toISOString();
  const fields = KEYS.map((key) => harmless(entry[key]));
  if (format === "text") return [time, ...fields].join("\t");
  return JSON.stringify({ time, ...Object.fromEntries(KEYS.map((key, index) => [key, fields[index]])) });
}

/** Lines of several files, of either format, in the order of their times; of one time in the order that they had. */
export function inOrder(lines: readonly string[]): string[] {
  const timeOf = (line: string) => (line.startsWith("{") ? line.slice(9, 33) : line.slice(0, 24));
  return lines.toSorted((one, other) => (timeOf(one) < timeOf(other) ? -1 : timeOf(one) > timeOf(other) ? 1 : 0));
}

/** Does a line, of either format, tell of this document? */
export function tellsOf(line: string, document: string): boolean {
  if (!line.includes(document)) return false;
  if (!line.startsWith("{")) return line.split("\t")[2] === document;
  try {
    return (JSON.parse(line) as Partial<LogEntry>).document === document;
  } catch {
    return false; // Cut by a full disk.
  }
}
