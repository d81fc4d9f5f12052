import { type ParseArgsConfig, parseArgs } from "node:util";
import { type Bilingual, ImportClientError, messageOf } from "../lib/errors.js";

export type Language = "zh" | "en";

/** Where a command reads and writes. */
export interface Terminal {
  language: Language;
  print(text: string): void;
  complain(text: string): void;
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream;
}

export interface Command {
  name: string;
  /** How it is called, with its options. */
  usage: Bilingual;
  /** Resolves to the exit code. */
  run(args: readonly string[], terminal: Terminal): Promise<number>;
}

/** `--lang zh` or `en`; else Chinese where the system speaks it. */
export function languageOf(args: readonly string[], env: NodeJS.ProcessEnv): Language {
  const at = args.indexOf("--lang");
  const given =
    at === -1 ? (args.find((one) => one.startsWith("--lang="))?.slice("--lang=".length) ?? "") : (args[at + 1] ?? "");
  const system = env.LC_ALL || env.LC_MESSAGES || env.LANG || Intl.DateTimeFormat().resolvedOptions().locale;
  return (given || system).toLowerCase().startsWith("zh") ? "zh" : "en";
}

const COMMON = { lang: { type: "string" }, help: { type: "boolean" } } as const;

/** Options and places of a command. Throws SW-REQUEST for an option that it does not have. */
export function argumentsOf<T extends NonNullable<ParseArgsConfig["options"]>>(
  args: readonly string[],
  options: T,
): ReturnType<typeof parseArgs<{ args: string[]; options: T & typeof COMMON; allowPositionals: true; strict: true }>> {
  try {
    return parseArgs({ args: [...args], options: { ...options, ...COMMON }, allowPositionals: true, strict: true });
  } catch (error) {
    // Node.js names the option, in English only.
    throw wrong(`选项或参数有误：${messageOf(error)}`, messageOf(error));
  }
}

/** The command was called wrongly. */
export function wrong(zh: string, en: string): ImportClientError {
  return new ImportClientError("SW-REQUEST", { zh, en }, { advice: { zh: "加 --help 查看用法。", en: "See --help." } });
}
