import { ImportClientError } from "../errors.js";
import { quote } from "../quote.js";
import { flagOf } from "../settings.js";
import { STATES } from "./rules/states.js";
import { PAGE } from "./sql/search.js";
import type { DocumentQuery, DocumentState } from "./types.js";

function wrong(field: string, zh: string, en: string): ImportClientError {
  const advice = {
    zh: `请改正查询条件 ${field}，或去掉它。`,
    en: `Mend the field ${field} of the question, or leave it out.`,
  };
  return new ImportClientError(
    "SW-REQUEST",
    { zh: `${field}：${zh}`, en: `${field}: ${en}` },
    { details: { field }, advice },
  );
}

function textIn(given: Record<string, unknown>, field: string): string {
  const value = given[field];
  if (value === undefined || value === null) return "";
  if (typeof value === "string" || typeof value === "number") return String(value).trim();
  throw wrong(field, "应为文本", "must be a text");
}

/** Milliseconds since the epoch, as a number or its digits, or a date as ISO 8601 writes it; a date alone is local time. */
function timeIn(given: Record<string, unknown>, field: string, endOfDay: boolean): number {
  const text = textIn(given, field);
  if (text === "") return 0;
  if (/^\d{9,}$/.test(text)) return Number(text);
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const time = Date.parse(day ? `${text}T${endOfDay ? "23:59:59.999" : "00:00:00"}` : text);
  if (Number.isNaN(time)) {
    throw wrong(field, `${text} 不是毫秒数或日期`, `${text} is neither milliseconds nor a date`);
  }
  return time;
}

const DOCUMENT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Minutes after which a wait for a receipt is long, for who only looks; what is told to people is set in a documents node. */
const LONG_WAIT = { import: 30, business: 1440 };

const FIELDS = ["state", "business", "key", "fileName", "q", "from", "to", "late", "before", "limit"];

/**
 * Throws SW-REQUEST for a field that is neither of a query nor one of `others`: a program that turns pages by a name of its own would
 * get the first one again and again.
 */
export function assertKnownFields(given: Record<string, unknown>, others: readonly string[]): void {
  const known = [...FIELDS, ...others];
  const strange = Object.keys(given).find((field) => !known.includes(field));
  if (strange === undefined) return;
  const list = known.join(", ");
  throw wrong(quote(strange), `没有这个查询条件；可用的有 ${list}`, `there is no such field; there are ${list}`);
}

/**
 * A query out of what a message or a URL gives: states as a list or separated by commas, times as milliseconds or dates
 * (`to` as a day means its end). Rejects with SW-REQUEST, naming the field; unknown fields are not looked at.
 */
export function readDocumentQuery(given: Record<string, unknown>): DocumentQuery {
  const query: DocumentQuery = {};
  const states = Array.isArray(given.state) ? given.state.map(String) : textIn(given, "state").split(/[,，\s]+/);
  const named = states.filter((state) => state !== "");
  for (const state of named) {
    if (STATES.includes(state as DocumentState)) continue;
    throw wrong("state", `没有状态 ${state}`, `there is no state ${state}; it is one of ${STATES.join(", ")}`);
  }
  if (named.length > 0) query.state = named as DocumentState[];
  for (const field of ["business", "key", "fileName", "q", "before"] as const) {
    const text = textIn(given, field);
    if (text.length > 200) throw wrong(field, "太长", "is too long");
    if (text !== "") query[field] = text;
  }
  if (query.before !== undefined && !DOCUMENT_ID.test(query.before)) {
    throw wrong("before", "应为单据的 id（上一页的 next）", "must be the id of a document: next of the page before");
  }
  query.from = timeIn(given, "from", false);
  query.to = timeIn(given, "to", true);
  const late = textIn(given, "late");
  if (late !== "" && flagOf(late) === undefined) {
    throw wrong("late", `${quote(late)} 不是 true 或 false`, `${quote(late)} is neither true nor false`);
  }
  if (flagOf(late)) {
    const now = Date.now();
    query.late = { sentBefore: now - LONG_WAIT.import * 60_000, acceptedBefore: now - LONG_WAIT.business * 60_000 };
  }
  const limit = textIn(given, "limit");
  if (limit !== "") {
    if (!/^\d{1,15}$/.test(limit) || Number(limit) === 0) {
      throw wrong(
        "limit",
        `${quote(limit)} 不是 1 或更大的整数（一次至多给出 ${PAGE.longest} 条）`,
        `${quote(limit)} is not a whole number of 1 or more (at most ${PAGE.longest} come at a time)`,
      );
    }
    query.limit = Math.min(Number(limit), PAGE.longest);
  }
  return query;
}
