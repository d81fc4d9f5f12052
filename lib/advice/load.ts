import { readFile } from "node:fs/promises";
import { type Bilingual, ImportClientError, messageOf } from "../errors.js";
import { saidOf } from "../system-fault.js";
import { BUILT_IN } from "./book.js";
import type { AdviceBook, CodeEntry, CodeTable, Outcome, TextRule } from "./types.js";

const OUTCOMES: readonly string[] = ["good", "notice", "refused"] satisfies Outcome[];
const MAX_BYTES = 1024 * 1024;

/**
 * Reads a user's advice file and puts its entries in front of the built-in ones. JSON:
 *
 *     { "version": 1,
 *       "codes": [{ "format": "DEC_RESULT", "code": "G", "outcome": "good" | "notice" | "refused",
 *                   "meaning": { "zh": "…", "en": "…" }, "cause": {…}, "action": {…} }],
 *       "texts": [{ "pattern": "regular expression", "ignoreCase": true, "format": "DecImportResponse",
 *                   "meaning": {…}, "cause": {…}, "action": {…} }] }
 *
 * `format` may be left out (= any); `cause` and `action` too. `outcome` decides `receipt.ok` when the receipt is read with
 * this book. Rejects with SW-ADVICE that names the file and the place in it.
 */
export async function loadAdvice(file: string, base: AdviceBook = BUILT_IN): Promise<AdviceBook> {
  let json: string;
  try {
    json = await readFile(file, "utf8");
  } catch (cause) {
    throw refused(file, `无法读取：${saidOf(cause).zh}`, `cannot be read: ${saidOf(cause).en}`, cause);
  }
  return readAdvice(json, file, base);
}

/** The same from JSON text; `file` is only for messages. Throws SW-ADVICE. */
export function readAdvice(json: string, file = "advice", base: AdviceBook = BUILT_IN): AdviceBook {
  if (json.length > MAX_BYTES) throw refused(file, "文件过大（上限 1 MiB）", "it is too large (limit 1 MiB)");
  let value: unknown;
  try {
    value = JSON.parse(json.replace(/^\ufeff/, ""));
  } catch (cause) {
    throw refused(file, `不是有效的 JSON：${messageOf(cause)}`, `it is not JSON: ${messageOf(cause)}`, cause);
  }
  const at = new Reader(file);
  const root = at.object(value, "$");
  at.only(root, "$", ["version", "codes", "texts"]);
  if (root.version !== 1) at.fail("$.version", "应为 1", "must be 1");
  const tables = at.list(root.codes, "$.codes").map((item, index) => at.code(item, `$.codes[${index}]`, file));
  const rules = at.list(root.texts, "$.texts").map((item, index) => at.rule(item, `$.texts[${index}]`, file));
  return { tables, rules, base };
}

function refused(file: string, zh: string, en: string, cause?: unknown): ImportClientError {
  return new ImportClientError(
    "SW-ADVICE",
    { zh: `说明文件 ${file}：${zh}`, en: `advice file ${file}: ${en}` },
    {
      cause,
      advice: {
        zh: "改正该文件，或清空此项设置以使用内置说明。",
        en: "Correct the file, or empty the setting to use the built-in advice.",
      },
    },
  );
}

type Fields = Record<string, unknown>;

/** Checks values and names the place of what is wrong. */
class Reader {
  constructor(private readonly file: string) {}

  fail(place: string, zh: string, en: string): never {
    throw refused(this.file, `${place} ${zh}`, `${place} ${en}`);
  }

  object(value: unknown, place: string): Fields {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.fail(place, "应为对象", "must be an object");
    }
    return value as Fields;
  }

  only(fields: Fields, place: string, names: readonly string[]): void {
    for (const name of Object.keys(fields)) {
      if (!names.includes(name)) this.fail(`${place}.${name}`, "不是已知的字段", "is not a known field");
    }
  }

  list(value: unknown, place: string): readonly unknown[] {
    if (value === undefined) return [];
    if (!Array.isArray(value)) this.fail(place, "应为数组", "must be an array");
    return value as unknown[];
  }

  text(value: unknown, place: string): string {
    if (typeof value !== "string" || value.trim() === "")
      this.fail(place, "应为非空文字", "must be a text that is not empty");
    return value as string;
  }

  both(value: unknown, place: string): Bilingual {
    const fields = this.object(value, place);
    this.only(fields, place, ["zh", "en"]);
    return { zh: this.text(fields.zh, `${place}.zh`), en: this.text(fields.en, `${place}.en`) };
  }

  explanation(fields: Fields, place: string, source: string) {
    return {
      meaning: this.both(fields.meaning, `${place}.meaning`),
      ...(fields.cause !== undefined && { cause: this.both(fields.cause, `${place}.cause`) }),
      ...(fields.action !== undefined && { action: this.both(fields.action, `${place}.action`) }),
      source,
    };
  }

  formats(fields: Fields, place: string): string[] {
    return fields.format === undefined ? [] : [this.text(fields.format, `${place}.format`)];
  }

  code(value: unknown, place: string, source: string): CodeTable {
    const fields = this.object(value, place);
    this.only(fields, place, ["format", "code", "outcome", "meaning", "cause", "action"]);
    const code = this.text(fields.code, `${place}.code`);
    if (typeof fields.outcome !== "string" || !OUTCOMES.includes(fields.outcome)) {
      this.fail(`${place}.outcome`, `应为 ${OUTCOMES.join("、")} 之一`, `must be one of ${OUTCOMES.join(", ")}`);
    }
    const entry: CodeEntry = {
      code,
      outcome: fields.outcome as Outcome,
      ...this.explanation(fields, place, source),
    };
    return { list: source, formats: this.formats(fields, place), entries: [entry] };
  }

  rule(value: unknown, place: string, source: string): TextRule {
    const fields = this.object(value, place);
    this.only(fields, place, ["format", "pattern", "ignoreCase", "meaning", "cause", "action"]);
    const written = this.text(fields.pattern, `${place}.pattern`);
    let pattern: RegExp;
    try {
      pattern = new RegExp(written, fields.ignoreCase === true ? "iu" : "u");
    } catch (error) {
      this.fail(
        `${place}.pattern`,
        `不是有效的正则表达式：${messageOf(error)}`,
        `is not a regular expression: ${messageOf(error)}`,
      );
    }
    return { id: place, pattern, formats: this.formats(fields, place), ...this.explanation(fields, place, source) };
  }
}
