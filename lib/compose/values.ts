import { timeStamp } from "../files/names.js";
import type { Field } from "../model/model.js";

/** Written where a model says nothing of a time's form. */
const USUAL = "yyyy-MM-ddTHH:mm:ss";

/** The form of a time, of what `dates.ts` allows the plainest. */
const plain = (form: string) => form.replace("[.S]", "").replace("[Z]", "");

/** A time in a form of `lib/model/dates.ts`, China time. */
export function timeIn(form: string, at: number): string {
  const stamp = timeStamp(at);
  const parts: Record<string, string> = {
    yyyy: stamp.slice(0, 4),
    MM: stamp.slice(4, 6),
    dd: stamp.slice(6, 8),
    HH: stamp.slice(8, 10),
    mm: stamp.slice(10, 12),
    ss: stamp.slice(12, 14),
    SSS: stamp.slice(14, 17),
  };
  return plain(form).replace(/yyyy|MM|dd|HH|mm|SSS|ss/g, (part) => parts[part] ?? part);
}

/**
 * The text of a value for an element: texts as they are, numbers without an exponent, a Date in the form that the element
 * wants, `true` and `false` as 1 and 0. Undefined for what has no text: an object, NaN, a buffer.
 */
export function textOf(value: unknown, field: Pick<Field, "value">): string | undefined {
  switch (typeof value) {
    case "string":
      return value;
    case "boolean":
      return value ? "1" : "0";
    case "bigint":
      return String(value);
    case "number":
      return Number.isFinite(value) ? decimal(value) : undefined;
    default: {
      const time = value instanceof Date ? value.getTime() : Number.NaN;
      return Number.isNaN(time) ? undefined : timeIn(field.value.date ?? USUAL, time);
    }
  }
}

/** JavaScript writes 1e21 and 1e-7; customs reads digits. */
function decimal(value: number): string {
  const text = String(value);
  const [mantissa = "", exponent] = text.split("e");
  if (exponent === undefined) return text;
  const sign = mantissa.startsWith("-") ? "-" : "";
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return point >= digits.length
    ? sign + digits.padEnd(point, "0")
    : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** The first character of a text that no XML can hold; undefined when there is none. */
export function forbiddenIn(text: string): string | undefined {
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    const allowed = code === 9 || code === 10 || code === 13 || (code >= 32 && code !== 0xfffe && code !== 0xffff);
    if (!allowed || (code >= 0xd800 && code <= 0xdfff)) return character;
  }
  return undefined;
}
