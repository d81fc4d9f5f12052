import type { Sm2Mechanism } from "../settings.js";
import type { SignAlgorithm } from "../types.js";

/** Which token and key; see `CardSettings`. */
export interface Selection {
  token: string;
  slot?: number;
  keyLabel?: string;
  keyId?: string;
}

/** What the child process can be asked. The PIN travels in `login` only. */
export interface Operations {
  /** Finds the token, opens a session and reads what is public. Loads the module first when that is still to do. */
  attach: { ask: { module: string; select: Selection }; answer: TokenFacts };
  /** Reads the token's flags, then logs in once. `pin` is absent for a token with its own keypad. */
  login: { ask: { pin?: string; token: string; allowFinalTry: boolean }; answer: LoginFacts };
  sign: { ask: { algorithm: SignAlgorithm; data: Uint8Array; sm2?: Sm2Mechanism }; answer: Uint8Array };
  close: { ask: Record<string, never>; answer: null };
}

export type Operation = keyof Operations;

export interface TokenFacts {
  /** Tells this token from every other one, for the PIN guard: manufacturer, model, serial or label. */
  id: string;
  label: string;
  serial: string;
  countLow: boolean;
  finalTry: boolean;
  locked: boolean;
  /** The token has a keypad of its own (protected authentication path). */
  pinPad: boolean;
  /** CKM numbers. */
  mechanisms: number[];
  /** DER of the signing certificate, as far as it can be found without a login. */
  certificate: Uint8Array | null;
}

export interface LoginFacts {
  keyLabel: string;
  /** DER of the certificate that has the key's CKA_ID. */
  certificate: Uint8Array | null;
  countLow: boolean;
}

/** File descriptor of the pipe in the child. */
export const PIPE = 3;

export interface Request {
  id: number;
  operation: Operation;
  ask: unknown;
}

/** Inner code and the step that it came from. `tried` false: the PIN certainly did not reach the token. */
export interface ReplyError {
  inner: string;
  message: string;
  tried: boolean;
  /** The PIN was accepted and something after it failed. */
  accepted?: boolean;
}

export type Reply = { id: number; answer: unknown } | { id: number; error: ReplyError };

/** Errors that are certainly raised before a login's PIN reaches the token (PKCS#11 2.40, 5.1.3 to 5.1.6). */
export const BEFORE_PIN: ReadonlySet<string> = new Set([
  "CKR_TOKEN_NOT_PRESENT",
  "CKR_TOKEN_NOT_RECOGNIZED",
  "CKR_SESSION_HANDLE_INVALID",
  "CKR_SLOT_ID_INVALID",
  "CKR_CRYPTOKI_NOT_INITIALIZED",
  "CKR_USER_PIN_NOT_INITIALIZED",
]);

/** Errors after which slot, session, login and key have to be found again. */
export const GONE: ReadonlySet<string> = new Set([
  "CKR_DEVICE_REMOVED",
  "CKR_TOKEN_NOT_PRESENT",
  "CKR_TOKEN_NOT_RECOGNIZED",
  "CKR_SESSION_HANDLE_INVALID",
  "CKR_SESSION_CLOSED",
  "CKR_SLOT_ID_INVALID",
  "CKR_CRYPTOKI_NOT_INITIALIZED",
  "CKR_KEY_HANDLE_INVALID",
  "CKR_OBJECT_HANDLE_INVALID",
  "CKR_USER_NOT_LOGGED_IN",
  "CKR_DEVICE_ERROR",
  "NOT-ATTACHED",
]);
