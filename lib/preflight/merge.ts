import type { Check, CheckAbout } from "../document.js";
import type { Bilingual } from "../errors.js";
import { RULES } from "./rules.js";
import { FAULT } from "./run.js";

const OWN = "SW-RULE-OWN";

const OURS: ReadonlySet<string> = new Set(RULES.map(({ id }) => `SW-RULE-${id}`));

/** Which checks a node of ours can have left. */
const LEFT_BY = {
  preflight: (rule: string) => OURS.has(rule),
  xsd: (rule: string) => rule === "SW-XSD",
};

const DEFAULT_ADVICE: Bilingual = {
  zh: "该检查来自流程中的自定义规则，请按其说明修改报文。",
  en: "This check comes from a rule of the flow itself; correct the document as it says.",
};

/**
 * The checks that a flow's own function node left in `msg.document.checks`, and what preflight found, as one list by line.
 *
 * An own check needs a `text` (a string or `{zh, en}`) and may leave out the rest: `rule` becomes `SW-RULE-OWN` (a name
 * without `SW-` becomes `SW-RULE-<name>`), `severity` error, `path` empty, `line` 0: no place is known. A plain string is a check with that
 * text. What cannot be read becomes an error `SW-RULE-FAULT`: somebody has found something, so nothing is sent. A check that
 * stands in both lists is kept once.
 *
 * With `from`, what an earlier run of the same kind of node left there gives way to `found`, so that a document that was
 * corrected on the way is not refused for what is no longer in it.
 */
export function mergeChecks(
  own: readonly Check[] | undefined,
  found: readonly Check[],
  from?: "preflight" | "xsd",
): Check[] {
  const given: unknown = typeof own === "string" ? [own] : (own ?? []);
  const completed = Array.isArray(given)
    ? given.map((check, index) => complete(check, index))
    : [unreadable("msg.document.checks 不是数组", "msg.document.checks is no array")];
  const merged = new Map<string, Check>();
  for (const check of [...completed.filter(({ rule }) => from === undefined || !LEFT_BY[from](rule)), ...found])
    merged.set(identity(check), check);
  return withoutEchoes([...merged.values()]).sort((a, b) => a.line - b.line || (a.column ?? 0) - (b.column ?? 0));
}

/** What rules say that a schema may say as well. */
const ABOUT: Readonly<Record<string, CheckAbout | undefined>> = {
  "SW-RULE-empty-numeric": "empty",
  "SW-RULE-empty-element": "empty",
  "SW-RULE-dates-format": "date",
  "SW-RULE-manifest-order": "order",
  "SW-RULE-client-key-length": "length",
};

/** The same fault told by a schema and by a rule is one: what the rule says stays, unless the schema is stricter about it. */
function withoutEchoes(checks: readonly Check[]): Check[] {
  const rules = new Map<string, Check>();
  for (const check of checks) {
    const about = ABOUT[check.rule];
    if (about) rules.set(about + placeOf(check), check);
  }
  if (rules.size === 0) return [...checks];
  const gone = new Set<Check>();
  for (const check of checks) {
    const rule = check.about && rules.get(check.about + placeOf(check));
    if (rule) gone.add(check.severity === "error" && rule.severity === "warning" ? rule : check);
  }
  return checks.filter((check) => !gone.has(check));
}

function placeOf({ path, line, entry }: Check): string {
  return JSON.stringify([path, line, entry ?? ""]);
}

function identity({ rule, path, line, entry, text }: Check): string {
  return JSON.stringify([rule, path, line, entry ?? "", text.zh]);
}

function complete(given: unknown, index: number): Check {
  const value = typeof given === "string" ? { text: given } : given;
  if (typeof value !== "object" || value === null) {
    return unreadable(`checks[${index}] 既不是对象也不是字符串`, `checks[${index}] is neither an object nor a string`);
  }
  return completeObject(value as Record<string, unknown>, index);
}

function completeObject(given: Record<string, unknown>, index: number): Check {
  const text = bilingual(given.text);
  if (!text) return unreadable(`checks[${index}] 没有 text`, `checks[${index}] has no text`);
  const { severity } = given;
  if (severity !== undefined && severity !== "error" && severity !== "warning") {
    return unreadable(
      `checks[${index}] 的 severity 只能是 error 或 warning`,
      `severity of checks[${index}] is neither error nor warning`,
    );
  }
  const check: Check = {
    rule: ruleCode(given.rule),
    severity: severity ?? "error",
    path: typeof given.path === "string" ? given.path : "",
    line: position(given.line) ?? 0,
    text,
    advice: bilingual(given.advice) ?? DEFAULT_ADVICE,
  };
  const column = position(given.column);
  if (column !== undefined) check.column = column;
  if (typeof given.entry === "string") check.entry = given.entry;
  if (Object.values(ABOUT).includes(given.about as CheckAbout)) check.about = given.about as CheckAbout;
  return check;
}

function ruleCode(rule: unknown): string {
  if (typeof rule !== "string" || rule.trim() === "") return OWN;
  return rule.startsWith("SW-") ? rule : `SW-RULE-${rule.trim()}`;
}

function position(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1 ? value : undefined;
}

/** A text in both languages; one that was given in one language stands for both. */
function bilingual(value: unknown): Bilingual | undefined {
  if (typeof value === "string") return value.trim() === "" ? undefined : { zh: value, en: value };
  if (typeof value !== "object" || value === null) return undefined;
  const { zh, en } = value as Record<string, unknown>;
  const chinese = typeof zh === "string" && zh !== "" ? zh : undefined;
  const english = typeof en === "string" && en !== "" ? en : undefined;
  const either = chinese ?? english;
  return either === undefined ? undefined : { zh: chinese ?? either, en: english ?? either };
}

function unreadable(zh: string, en: string): Check {
  return {
    rule: FAULT,
    severity: "error",
    path: "",
    line: 0,
    text: { zh: `自定义检查无法读取：${zh}`, en: `an own check cannot be read: ${en}` },
    advice: {
      zh: "请修改流程：每一项应为字符串，或 {rule, severity, path, line, text, advice}，至少要有 text。",
      en: "Correct the flow: each is a string, or {rule, severity, path, line, text, advice} with a text at least.",
    },
  };
}
