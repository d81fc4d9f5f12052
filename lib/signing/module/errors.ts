import type { ReplyError } from "./protocol.js";

/** An error with an inner code of ours, or of the library, as a driver throws it. */
export class TokenError extends Error {
  constructor(
    readonly inner: string,
    message: string,
    /** The PIN may have reached the token. */
    readonly tried = true,
    /** Token, session and login have to be found again. */
    readonly gone = false,
  ) {
    super(message);
  }
}

/** Something failed after the PIN was accepted. */
export class AfterLogin extends Error {
  constructor(readonly error: unknown) {
    super("after login");
  }
}

/** What a driver threw, as the answer says it; `other` for what is none of ours. */
export function described(thrown: unknown, other: (thrown: unknown) => ReplyError): ReplyError {
  if (thrown instanceof AfterLogin) return { ...described(thrown.error, other), accepted: true };
  if (!(thrown instanceof TokenError)) return other(thrown);
  const { inner, message, tried, gone } = thrown;
  return { inner, message, tried, ...(gone && { gone }) };
}

/** An error of the language itself: a fault of ours, or of what joins the library to us. */
export function driverError(thrown: unknown): ReplyError {
  return { inner: "DRIVER-ERROR", message: thrown instanceof Error ? thrown.message : String(thrown), tried: true };
}
