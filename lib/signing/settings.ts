import type { SignAlgorithm } from "./types.js";

/** Which shape of SM2 signing a vendor's mechanism number stands for. */
export interface Sm2Mechanism {
  /** CKM number, e.g. 0x80000B02; every vendor has its own. */
  mechanism: number;
  /** `data`: the mechanism takes the SM3 digest itself; `digest`: it wants SM3(Z || data). */
  input: "data" | "digest";
}

/** How long to wait, in milliseconds. A call that takes longer is C141 and its outcome is not used. */
export interface CardTimeouts {
  /** Start of the child process, of the module, and finding the token; or the control's `open` frame. */
  connect: number;
  login: number;
  sign: number;
  /** Queries of the card control. */
  query: number;
}

export const DEFAULT_TIMEOUTS: CardTimeouts = { connect: 15_000, login: 30_000, sign: 30_000, query: 5_000 };

/** Everything that says which card signs, and how it is reached. */
export interface CardSettings {
  /** Name of a backend of `backends/`. */
  backend: string;
  /** Kept in memory only; the password of an encrypted key file when `keyPassword` is not given. */
  pin: string;

  /** pkcs11, spsecure, sdf: path of the vendor's library. */
  module: string;
  /** pkcs11: label or serial number of the token; empty = the only token there is. */
  token: string;
  /** pkcs11: slot id, where labels do not tell tokens apart. */
  slot?: number;
  /** pkcs11: CKA_LABEL of the private key; with neither label nor id there must be exactly one. */
  keyLabel?: string;
  /** pkcs11: CKA_ID of the private key as hex. */
  keyId?: string;
  /** pkcs11: the PIN is typed at the token's own keypad (protected authentication path), `pin` is not used. */
  pinPad?: boolean;
  /** pkcs11: environment for the module, beside our own: `SOFTHSM2_CONF` ... */
  moduleEnvironment?: Record<string, string>;
  /** pkcs11: vendor mechanism for SM2 with SM3; checked once with a sign and a verify. */
  sm2Mechanism?: Sm2Mechanism;

  /** spsecure: SM2 signs the data, or a digest, SM3(Z || data), that is made here. */
  sm2Input?: Sm2Mechanism["input"];

  /** sdf: number of the signing key in the HSM; 1 when not given. */
  sdfKeyIndex?: number;
  /** sdf: the vendor's settings, a file or a folder, where its library has to be told. */
  sdfConfig?: string;
  /** sdf: the vendor's SDF_InternalSign_ECC has the algorithm as a further argument. */
  sdfExtended?: boolean;

  /** software: PEM file with the private key (PKCS#8, PKCS#1, SEC1), encrypted or not. */
  keyFile: string;
  /** software: PEM or DER certificate, when the key file has none. pkcs11, spsecure: in place of the token's own. sdf: needed. */
  certificateFile?: string;
  keyPassword?: string;

  /** control: URL of the card control, `ws://127.0.0.1:61232` by default. */
  controlUrl: string;
  /** control: PEM file of the authority that a `wss` control's certificate is checked against, beside the known ones. */
  controlCa?: string;
  /** control, spsecure: what the card in it signs with; by its certificate when not given. */
  controlAlgorithm?: SignAlgorithm;

  /** Where the certificate does not say it: the company's ten-digit customs code and the card number. */
  companyCode?: string;
  cardNumber?: string;
  /** Certificate number of the one card that may sign; any other one is refused. Empty = the first one seen. */
  certificateNumber?: string;
  timeouts?: Partial<CardTimeouts>;
}

/** Settings with every limit filled in. */
export function timeoutsOf(settings: CardSettings): CardTimeouts {
  return { ...DEFAULT_TIMEOUTS, ...settings.timeouts };
}
