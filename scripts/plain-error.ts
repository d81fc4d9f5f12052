/**
 * A fault that the person at the terminal can do something about: its message is the one line that is printed, without a
 * stack. Everything else that is thrown is a fault of ours.
 */
export class PlainError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message.replace(/\s+/g, " ").trim(), cause === undefined ? undefined : { cause });
    this.name = "PlainError";
  }
}
