import type { DetachedSignature } from "../document.js";
import type { Bilingual } from "../errors.js";
import type { XmlElement } from "../xml/scan.js";

/** What can be signed with. SHA-1 is what old cards do (domain 3). */
export type SignAlgorithm = "rsa-sha1" | "rsa-sha256" | "sm2-sm3";

/** Whose card it is. Strings are empty where the backend cannot know them. */
export interface CardIdentity {
  /** Serial of the token, or the card number (ICCode). */
  cardNumber: string;
  /** Certificate number as lower-case hex, as the card control gives it. */
  certificateNumber: string;
  /** DER of the signing certificate. */
  certificate: Buffer;
  /** Certificate's validity, milliseconds since the epoch. */
  notBefore: number;
  notAfter: number;
  holder: string;
  /** The company's ten-digit customs code (faq 19). */
  companyCode: string;
  companyName: string;
  algorithms: readonly SignAlgorithm[];
}

/**
 * `absent`: no card or control; `closed`: PIN guard; `locked`: the token itself says so; `expired`, `not-yet-valid`: its certificate, by
 * this machine's clock.
 */
export type CardState = "unknown" | "ready" | "absent" | "closed" | "locked" | "expired" | "not-yet-valid";

/** A change of a card's state, for statuses, events and the sidebar. */
export interface CardEvent {
  state: CardState;
  /** Why: inner code (`CKR_PIN_INCORRECT`, `51571`, `COUNT-LOW` ...); empty when all is well. */
  code: string;
  text: Bilingual;
}

/**
 * One card, HSM or key file. A backend logs in at most once a session and never by itself a second time after a refused
 * PIN: that is the PIN guard's to allow (promises 4).
 */
export interface CardBackend {
  /** Its name, as `backends/` has it. */
  readonly kind: string;
  /** Never touches the PIN. */
  identity(): Promise<CardIdentity>;
  /** Signs data (the hash is taken of it by the algorithm). Rejects with ImportClientError C134 / C141. */
  sign(algorithm: SignAlgorithm, data: Buffer): Promise<Buffer>;
  /** As last known; asking touches nothing. */
  readonly state: CardState;
  /** Tells of every change of state. Returns what takes the listener away again. */
  onState(listener: (event: CardEvent) => void): () => void;
  /** A person lets the PIN at the card again: opens the guard and allows one login at the token's final try. */
  release(reason: string): Promise<void>;
  close(): Promise<void>;
}

/** What `card-sign` gives to a profile. */
export interface SignRequest {
  /** The file's bytes at this stage (XML or ZIP). */
  payload: Buffer;
  fileName: string;
  /** Fixed time for a ZIP that has to be packed again; milliseconds since the epoch. */
  at: number;
  /** Message type, for profiles that serve several. */
  messageType: string;
  /** An XML of the payload that libxml2 has found well-formed and that was scanned before; it is not scanned again. */
  known?: { xml: Buffer; root: XmlElement };
}

export interface SignResult {
  payload: Buffer;
  /** Present for detached profiles only. */
  signature?: DetachedSignature;
}

/** Signs with a card that is open and whose guard has let us in. */
export interface Signer {
  identity(): Promise<CardIdentity>;
  sign(algorithm: SignAlgorithm, data: Buffer): Promise<Buffer>;
}

/** One way to sign a document: adding one is adding a file to `lib/signing/profiles/` and a line to its index. */
export interface SigningProfile {
  name: string;
  /** Where the signature is one field of the document: its container and its name, and the field of the certificate's number. */
  field?: { container: string; signature: string; certificate?: string };
  algorithm: SignAlgorithm;
  sign(request: SignRequest, signer: Signer): Promise<SignResult>;
}

/** One PIN that is to be tried at one token. */
export interface PinTry {
  /**
   * Everything that tells the token from others, the surest first: what another backend or driver calls the same token is
   * among it where it can be known without a login.
   */
  tokens: readonly string[];
  /** What is kept of the PIN, never the PIN itself; another salt gives another one. */
  fingerprint: (salt: string) => Promise<string>;
  /** What a fingerprint was salted with that comes from another record; else the first of the tokens. */
  salt?: string;
}

/** An attempt that keeps the guard closed. */
export interface PinRefusal {
  id: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** Inner code that the attempt ended in; empty while it is open. */
  code: string;
  /** It has not ended: its process is logging in at this moment, or died in the login. */
  open: boolean;
}

/** What came of an attempt; `not-tried`: the PIN certainly did not reach the token. */
export type PinOutcome = "accepted" | "refused" | "not-tried";

/** Where the PIN guard keeps its record (promises 4: durable, the same for everybody on the machine). */
export interface PinAttempts {
  /**
   * Asks to try a PIN and writes the attempt down, in one transaction: of all that ask, one gets the attempt's id, committed
   * before the login; the others get the attempt that closes the guard for this PIN on this token, which is one that was
   * refused or has not ended. Rejects with SW-PIN-GUARD when that cannot be written.
   */
  begin(attempt: PinTry): Promise<{ id: string } | { closedBy: PinRefusal }>;
  /** Written after the login; an attempt that never ended counts as refused. Does not reject. */
  end(id: string, outcome: PinOutcome, code: string): Promise<void>;
  /** Writes down that a PIN was refused without an attempt: a signature was refused for it. Does not reject. */
  refuse(attempt: PinTry, code: string): Promise<void>;
  /** The refusal that closes the guard for this PIN on this token; attempts that go on are none. Rejects with SW-PIN-GUARD. */
  refusal(attempt: PinTry): Promise<PinRefusal | undefined>;
  /** A person opens the guard of a token again. Rejects with SW-PIN-GUARD. */
  release(tokens: readonly string[], reason: string): Promise<void>;
  /** As in `SharedPinAttempts`, where other machines may reach the token. */
  turn?(tokens: readonly string[]): Promise<() => Promise<void>>;
}

/** Such a record in a ledger that several machines share. */
export interface SharedPinAttempts extends PinAttempts {
  /**
   * Resolves when nobody else of those who share it has a request with a PIN under way at any of these tokens, to what ends the turn that was
   * got by that. Whoever dies in its turn has it for a few seconds more. Rejects with SW-PIN-GUARD.
   */
  turn(tokens: readonly string[]): Promise<() => Promise<void>>;
  /** What fingerprints are made with that others may read: the same for all who share the ledger, and not in it. No PIN goes out before. */
  useSecret(secret: () => Promise<string>): void;
}

/** A refusal in a ledger of a version that kept the guard's record there. */
export interface EarlierRefusal {
  token: string;
  /** Fingerprint of the PIN, salted with the token. */
  pin: string;
  at: number;
  code: string;
}

/** Such a ledger. */
export interface EarlierPinAttempts {
  /** Has `take` store the refusals that stand open, and forgets all attempts once it resolves. Calls nothing when there are none. */
  handOver(take: (refusals: readonly EarlierRefusal[]) => Promise<void>): Promise<void>;
}
