/** A text in the two languages that every user-facing text of this package has. */
export interface Bilingual {
  zh: string;
  en: string;
}

export interface ErrorParts {
  /** What to do about it. */
  advice?: Bilingual;
  /** The error underneath, kept for logs; it never carries a PIN or a password. */
  cause?: unknown;
  /**
   * Facts for programs: inner code, entry name, queue ... Never a secret. `official`: the lines of failInfo as the official
   * client writes them, where they are known (faq 10 to 13).
   */
  details?: Record<string, unknown>;
}

/**
 * Every fault of this package. `code` is what programs and Catch nodes decide by (design, "Codes": C18, C134, C141, C144,
 * SW-XSD, SW-ZIP ...), `message` is the English text, `text` both languages.
 */
export class ImportClientError extends Error {
  readonly code: string;
  readonly text: Bilingual;
  readonly advice: Bilingual | undefined;
  readonly details: Record<string, unknown>;

  constructor(code: string, text: Bilingual, parts: ErrorParts = {}) {
    super(text.en, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = "ImportClientError";
    this.code = code;
    this.text = text;
    this.advice = parts.advice;
    this.details = parts.details ?? {};
  }
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
