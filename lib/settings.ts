import { isAbsolute, resolve } from "node:path";
import { type Bilingual, ImportClientError, type SettingProblem } from "./errors.js";

/** A value as Node-RED hands it over; `${NAME}` that no environment variable replaced counts as not set. */
export function settingText(value: unknown): string {
  const text = value === undefined || value === null ? "" : String(value).trim();
  return /^\$\{[^}]*\}$/.test(text) ? "" : text;
}

/** The environment variable that a value is to be taken from and that has no value; else empty. */
export function unsetVariable(value: unknown): string {
  return /^\$\{([^}]*)\}$/.exec(typeof value === "string" ? value.trim() : "")?.[1] ?? "";
}

/** A number setting; `fallback` when it is not set. Rejects with SW-CONFIG when it is no number of at least `least`. */
export function settingNumber(name: string, value: unknown, fallback: number, least = 0): number {
  const text = settingText(value);
  if (text === "") return fallback;
  const number = Number(text);
  if (Number.isFinite(number) && number >= least) return number;
  throw configError(name, `${name}：${text} 不是有效的数字`, `${name}: ${text} is not a number of at least ${least}`);
}

/**
 * A path that says where it is by itself: one like `./rel` would be another place wherever this process is started, and be made there in
 * silence. Throws SW-CONFIG. `what`: how people call the setting.
 */
export function absolutePath(setting: string, path: string, what: Bilingual): string {
  if (isAbsolute(path)) return resolve(path);
  throw configError(
    setting,
    `${what.zh}应为绝对路径，不能是 ${path}：相对路径随 Node-RED 的启动位置而变`,
    `${what.en} has to be an absolute path, not ${path}: where that lies depends on where Node-RED is started`,
  );
}

/** A text setting that has to be there. Rejects with SW-CONFIG. */
export function requiredText(name: string, value: unknown): string {
  const text = settingText(value);
  if (text === "") throw missingSetting(name, value, { zh: `未设置 ${name}`, en: `${name} is not set` });
  return text;
}

/** `true`, `yes`, `1`, `on` and `false`, `no`, `0`, `off` in any case; undefined for any other text, also for none. */
export function flagOf(value: unknown): boolean | undefined {
  const text = settingText(value).toLowerCase();
  if (["true", "yes", "1", "on"].includes(text)) return true;
  return ["false", "no", "0", "off"].includes(text) ? false : undefined;
}

/** A setting that is on or off; `fallback` when it is not set. Throws SW-CONFIG for what is neither: a misspelt word must not switch it. */
export function settingFlag(name: string, value: unknown, fallback: boolean): boolean {
  const text = settingText(value);
  const flag = text === "" ? fallback : flagOf(text);
  if (flag !== undefined) return flag;
  throw configError(
    name,
    `${name}：“${text}”既不是 true（yes、1、on）也不是 false（no、0、off）`,
    `${name}: "${text}" is neither true (yes, 1, on) nor false (no, 0, off)`,
  );
}

/** One of the named values; the first for one that is not set. Throws SW-CONFIG for any other. */
export function settingChoice<const T extends string>(name: string, value: unknown, choices: readonly T[]): T {
  const text = settingText(value) || choices[0];
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  const list = choices.join(", ");
  throw configError(name, `${name} 只能是 ${list}：${text}`, `${name} is none of ${list}: ${text}`);
}

/**
 * The rows of a table in a node's dialog, kept as a JSON list of objects: each as what gives the text under a name, trimmed and empty where
 * there is none. No rows where nothing is set; throws what `wrong` makes of a text that is no list.
 */
export function settingRows(
  text: string,
  wrong: (row: string, zh: string, en: string) => Error,
): ((name: string) => string)[] {
  if (text.trim() === "") return [];
  let rows: unknown;
  try {
    rows = JSON.parse(text);
  } catch (cause) {
    throw wrong("", `无法读取：${String(cause)}`, `it cannot be read: ${String(cause)}`);
  }
  if (!Array.isArray(rows)) throw wrong("", "不是列表", "it is no list");
  return rows.map((row: Record<string, unknown> | null | undefined) => (name) => String(row?.[name] ?? "").trim());
}

/** A setting that has no value, by name of the variable where it is to come from one. */
export function missingSetting(setting: string, value: unknown, { zh, en }: Bilingual): ImportClientError {
  const variable = unsetVariable(value);
  if (variable === "") return configError(setting, zh, en);
  return configError(
    setting,
    `${zh}（环境变量 ${variable} 没有值）`,
    `${en} (the environment variable ${variable} has no value)`,
    variable,
  );
}

/** What is wrong with several settings, so that all of it is told at once. */
export class SettingFaults {
  private readonly faults: ImportClientError[] = [];

  /** What `read` gives; `otherwise` when it throws SW-CONFIG, which is kept. Throws everything else. */
  read<T>(read: () => T, otherwise: T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ImportClientError) || error.code !== "SW-CONFIG") throw error;
      this.faults.push(error);
      return otherwise;
    }
  }

  /** Settings and what is wrong with each. */
  problems(): SettingProblem[] {
    return this.faults.flatMap(problemsOf);
  }

  /** Throws SW-CONFIG with all that was found (`details.problems`), the one fault itself where it is the only one. */
  assertNone(): void {
    const [first, second] = this.faults;
    if (!first) return;
    if (!second) throw first;
    throw new ImportClientError(
      "SW-CONFIG",
      {
        zh: this.faults.map(({ text }) => text.zh).join("；"),
        en: this.faults.map(({ text }) => text.en).join("; "),
      },
      { details: { problems: this.problems() }, advice: CORRECT },
    );
  }
}

/** Settings as they were read, with the usual value where one is missing or wrong, and the faults of all of these. */
export interface SettingsRead<T> {
  settings: T;
  faults: SettingFaults;
}

/** The settings when none is missing or wrong. Throws SW-CONFIG, naming every one that is. */
export function faultless<T>({ settings, faults }: SettingsRead<T>): T {
  faults.assertNone();
  return settings;
}

/** What each of some readers gives, under its name. Throws SW-CONFIG, naming all that is wrong and not only the first; what else one throws. */
export function everySetting<T extends Record<string, unknown>>(readers: { [K in keyof T]: () => T[K] }): T {
  const faults = new SettingFaults();
  const read = Object.entries(readers).map(([name, reader]) => [name, faults.read<unknown>(reader, undefined)]);
  faults.assertNone();
  return Object.fromEntries(read) as T;
}

/** The settings that a fault of SW-CONFIG is about. */
export function problemsOf({ details, text }: ImportClientError): readonly SettingProblem[] {
  const { setting = "", variable = "", problems } = details;
  return problems ?? [{ setting, variable, text }];
}

const CORRECT = {
  zh: "请在节点或环境变量中改正此设置。",
  en: "Correct this setting in the node or in the environment.",
};

export function configError(setting: string, zh: string, en: string, variable = ""): ImportClientError {
  return new ImportClientError(
    "SW-CONFIG",
    { zh, en },
    { details: { setting, ...(variable && { variable }) }, advice: CORRECT },
  );
}
