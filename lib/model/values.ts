import { hasForm } from "./dates.js";
import type { ValueDescription } from "./description.js";

/** What is wrong with a value. `is` is what was found, `limit` what is allowed. */
export type ValueFault =
  | { kind: "empty" }
  | { kind: "type"; whole: boolean }
  | { kind: "length"; is: number; limit: number }
  | { kind: "digits"; limit: number }
  | { kind: "fraction"; limit: number }
  | { kind: "codes"; codes: readonly string[] }
  | { kind: "date"; form: string };

const NONE: readonly ValueFault[] = [];

/** White space as XML knows it, gathered to single blanks; other blanks of Unicode are text. */
function collapsed(text: string): string {
  return /^[ \t\r\n]|[ \t\r\n]$|[ \t\r\n]{2}|[\t\r\n]/.test(text)
    ? text.replace(/[ \t\r\n]+/g, " ").replace(/^ | $/g, "")
    : text;
}

/** Code points: what XSD counts. A line end is one, however it was written. */
function lengthOf(text: string): number {
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0xd800 && code < 0xdc00) at++;
    else if (code === 0x0d && text.charCodeAt(at + 1) === 0x0a) at++;
    length++;
  }
  return length;
}

/** How many digits a number has, without zeros that mean nothing, and how many of them stand behind the point. */
function digitsOf(text: string): { all: number; fraction: number } | undefined {
  const end = text.length;
  let at = text[0] === "+" || text[0] === "-" ? 1 : 0;
  let any = false;
  let whole = 0;
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x30 || code > 0x39) break;
    any = true;
    if (whole > 0 || code !== 0x30) whole++;
  }
  let fraction = 0;
  if (at < end && text[at] === ".") {
    const point = at;
    for (at++; at < end; at++) {
      const code = text.charCodeAt(at);
      if (code < 0x30 || code > 0x39) break;
      any = true;
      if (code !== 0x30) fraction = at - point;
    }
  }
  return any && at === end ? { all: whole + fraction, fraction } : undefined;
}

/** What is wrong with a text, by what is described of it: as XSD would have it, but sorted by kind. */
export function faultsOf(text: string, value: ValueDescription): readonly ValueFault[] {
  const { type, length } = value;
  if (type === "string" || type === undefined) {
    if (length === undefined || text.length <= length) return NONE;
    const is = lengthOf(text);
    return is > length ? [{ kind: "length", is, limit: length }] : NONE;
  }
  if (type === "any") return NONE;
  const plain = collapsed(text);
  if (type === "token") {
    if (value.date !== undefined) {
      const { date, dates = [] } = value;
      const known = plain === "" || hasForm(plain, date) || dates.some((form) => hasForm(plain, form));
      return known ? NONE : [{ kind: "date", form: date }];
    }
    if (value.codes) {
      return plain === "" || value.codes.includes(plain) ? NONE : [{ kind: "codes", codes: value.codes }];
    }
    if (length === undefined || plain.length <= length) return NONE;
    const is = lengthOf(plain);
    return is > length ? [{ kind: "length", is, limit: length }] : NONE;
  }
  if (plain === "") return [{ kind: "empty" }];
  const found = digitsOf(plain);
  const whole = type === "integer";
  if (!found || (whole && !/^(?:\+?\d+|-0+)$/.test(plain))) return [{ kind: "type", whole }];
  const faults: ValueFault[] = [];
  if (value.digits !== undefined && found.all > value.digits) faults.push({ kind: "digits", limit: value.digits });
  if (value.fraction !== undefined && found.fraction > value.fraction) {
    faults.push({ kind: "fraction", limit: value.fraction });
  }
  return faults.length === 0 ? NONE : faults;
}
