/** A text in the two languages that every user-facing text of this package has. */
export interface Bilingual {
  zh: string;
  en: string;
}

/** The same words in both languages, for what has no language: a name, a number, a message of the system. */
export function neutral(text: string): Bilingual {
  return { zh: text, en: text };
}

/**
 * What a fault means for the document that met it (design, "The message"). `waits`: the machine, a setting or the card is at
 * fault, the document waits until that is over, however long. `retries`: it may pass by itself, the document is tried again a
 * few times. `fails`: it is the document's own fault. `refuses`: somebody's request is refused, no document is concerned.
 */
export type FaultKind = "waits" | "retries" | "fails" | "refuses";

/** One setting that is missing or wrong. */
export interface SettingProblem {
  setting: string;
  /** The environment variable that it is taken from and that has no value; else empty. */
  variable: string;
  text: Bilingual;
}

/** Facts for programs about a fault, never a secret. Each fault fills those that it has. */
export interface FaultDetails {
  /** The code underneath: `CKR_PIN_INCORRECT`, `51571`, `TIMEOUT`. */
  inner?: string;
  /** What the card is now: `absent`, `closed`, `locked`, `expired`. */
  state?: string;
  /** The PIN is missing, was refused, or is kept from the card. */
  pin?: boolean;
  /** Which step of several met it, and after how many milliseconds. */
  step?: string;
  milliseconds?: number;
  /** What a driver or card control said. */
  driver?: string;
  errors?: readonly string[];
  /** When it began, milliseconds since the epoch. */
  at?: number;
  /** Fault of the connection, as `lib/amqp/faults.ts` names it, and where. */
  fault?: string;
  host?: string;
  port?: number;
  queue?: string;
  /** The setting, message field or query field that is wrong. */
  setting?: string;
  field?: string;
  /** The environment variable that the setting is taken from and that has no value. */
  variable?: string;
  /** Each of them, where several settings are wrong. */
  problems?: readonly SettingProblem[];
  /** Place in a document: entry of a ZIP, 1-based line, schema, file. */
  entry?: string;
  line?: number;
  column?: number;
  path?: string;
  schema?: string;
  fileName?: string;
  root?: string;
  /** The folder that something has to be done about. */
  folder?: string;
  /** Why, as a word for programs. */
  reason?: string;
  why?: string;
  /** A document and its states. */
  id?: string;
  from?: string;
  to?: string;
  /** Name and reason of what lies in an OutBox. */
  name?: string;
  code?: string;
  /** What there is, and what there may be at most. */
  size?: number;
  limit?: number;
}

/** A fault as a message, a row and a receipt carry it. */
export interface Fault {
  /** Programs and Catch nodes decide by it; `lib/codes.ts` lists them. */
  code: string;
  text: Bilingual;
  /** What to do about it. */
  advice?: Bilingual | undefined;
  /** Where it is not what the table of codes says. */
  kind?: FaultKind | undefined;
  /** The lines of failInfo as the official client writes them, where they are known (faq 10 to 13). */
  official?: readonly string[] | undefined;
}

export interface ErrorParts extends Pick<Fault, "advice" | "kind" | "official"> {
  /** The error underneath, kept for logs; it never carries a PIN or a password. */
  cause?: unknown;
  details?: FaultDetails;
}

/** Every fault of this package. `message` is the English text, `text` both languages. */
export class ImportClientError extends Error implements Fault {
  readonly code: string;
  readonly text: Bilingual;
  readonly advice: Bilingual | undefined;
  readonly kind: FaultKind | undefined;
  readonly official: readonly string[] | undefined;
  readonly details: FaultDetails;

  constructor(code: string, text: Bilingual, parts: ErrorParts = {}) {
    super(text.en, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = "ImportClientError";
    this.code = code;
    this.text = text;
    this.advice = parts.advice;
    this.kind = parts.kind;
    this.official = parts.official;
    this.details = parts.details ?? {};
  }
}

/** A fault as an error to throw. */
export function errorOf({ code, text, advice, kind, official }: Fault): ImportClientError {
  return new ImportClientError(code, text, { advice, kind, official });
}

/** Work that is left undone because its node stops: not a fault of anybody. */
export function nodeStops(): ImportClientError {
  return new ImportClientError("SW-STOPPED", { zh: "节点正在停止", en: "the node stops" });
}

/** A document is asked for that the ledger does not have. */
export function unknownDocument(): ImportClientError {
  return new ImportClientError("SW-UNKNOWN-DOCUMENT", { zh: "没有这个单据", en: "there is no such document" });
}

/** Throws SW-REQUEST where a person who decides something gives no reason: it is kept. */
export function assertReason(reason: string): void {
  if (reason.trim() !== "") return;
  throw new ImportClientError("SW-REQUEST", { zh: "请写明原因", en: "say why: the reason is kept" });
}

/** The `code` of whatever was thrown: ours, Node's (`ENOSPC`), or undefined. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  const { code } = error as { code: unknown };
  return typeof code === "string" ? code : typeof code === "number" ? String(code) : undefined;
}

/** The message of whatever was thrown, as one line. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ").trim();
}

/** A fault's words with what to do about it, as one sentence after the other. */
export function withAdvice({ text, advice }: Pick<Fault, "text" | "advice">): Bilingual {
  return advice ? { zh: `${text.zh}。${advice.zh}`, en: `${text.en}. ${advice.en}` } : text;
}

/** Both languages as one line, for a log that has no language. */
export function bothLanguages({ zh, en }: Bilingual): string {
  return zh === en ? zh : `${zh} / ${en}`;
}
