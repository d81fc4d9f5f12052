import type { Sm2Mechanism } from "../settings.js";
import type { SignAlgorithm } from "../types.js";

/** Which token and key, and what its driver has to know beside; see `CardSettings`. Each driver looks at its own. */
export interface Selection {
  /** pkcs11 */
  token?: string;
  slot?: number;
  keyLabel?: string;
  keyId?: string;
  /** sdf: number of the key in the HSM, file or folder of the vendor's settings, the odd header's further argument. */
  keyIndex?: number;
  config?: string;
  extended?: boolean;
  /** sdf: bytes of the certificate's RSA modulus; 0 of an SM2 key. */
  modulus?: number;
}

/** What the child process can be asked. The PIN travels in `login` only. */
export interface Operations {
  /** Finds the token, opens a session and reads what is public. Loads the module first when that is still to do. */
  attach: { ask: { driver: DriverName; module: string; select: Selection }; answer: TokenFacts };
  /** Reads the token's flags, then logs in once. `pin` is absent for a token with its own keypad. */
  login: { ask: { pin?: string; token: string; allowFinalTry: boolean }; answer: LoginFacts };
  sign: { ask: SignAsk; answer: Uint8Array };
  /** Every token with what is public on it; loads the module first when that is still to do. For a process that is asked nothing else. */
  list: { ask: { driver: DriverName; module: string }; answer: TokenListing[] };
  close: { ask: Record<string, never>; answer: null };
}

export interface SignAsk {
  algorithm: SignAlgorithm;
  /** What is signed, or, with `digested`, its digest. */
  data: Uint8Array;
  digested: boolean;
  /** pkcs11: the vendor's mechanism. */
  sm2?: Sm2Mechanism;
}

export type Operation = keyof Operations;

/** Folder of `lib/signing/` that has the driver, in its `token.ts`. */
export type DriverName = "pkcs11" | "spsecure" | "sdf";

/** One vendor's library, in the process that may be killed. Synchronous; what it throws, `describe` of its module makes an answer of. */
export interface Driver {
  attach(select: Selection): TokenFacts;
  login(pin: string | undefined, token: string, allowFinalTry: boolean): LoginFacts;
  sign(ask: SignAsk): Buffer;
  /** Every token and its public keys, where the library tells them: no login. */
  list?(): TokenListing[];
  /** Never throws. */
  detach(): void;
}

/** What `token.ts` of a driver exports. Throws TokenError when the library cannot be loaded. */
export interface DriverModule {
  open(module: string): Driver;
  describe(thrown: unknown): ReplyError;
}

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
  /** The key's public part as the library gives it, where that is all there is to know the key by (sdf). */
  publicKey?: Uint8Array;
  /** What the card itself says of its holder (spsecure); empty where it does not. */
  holder?: { certificateNumber: string; companyCode: string; companyName: string };
}

/** A token that the module sees. */
export interface TokenListing {
  label: string;
  serial: string;
  slot: number;
  maker: string;
  /** What can be told of its keys without a login; `certificate` is DER. */
  keys: { label: string; id: Uint8Array; certificate: Uint8Array | null }[];
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
  /** Token, session and login have to be found again. */
  gone?: boolean;
}

export type Reply = { id: number; answer: unknown } | { id: number; error: ReplyError };
