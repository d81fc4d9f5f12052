import type * as Pkcs11 from "pkcs11js";
import { digestInfo } from "../digest-info.js";
import { AfterLogin, described, TokenError } from "../module/errors.js";
import type {
  Driver,
  LoginFacts,
  ReplyError,
  Selection,
  SignAsk,
  TokenFacts,
  TokenListing,
} from "../module/protocol.js";

/** Errors that are certainly raised before a login's PIN reaches the token (PKCS#11 2.40, 5.1.3 to 5.1.6). */
const BEFORE_PIN: ReadonlySet<string> = new Set([
  "CKR_TOKEN_NOT_PRESENT",
  "CKR_TOKEN_NOT_RECOGNIZED",
  "CKR_SESSION_HANDLE_INVALID",
  "CKR_SLOT_ID_INVALID",
  "CKR_CRYPTOKI_NOT_INITIALIZED",
  "CKR_USER_PIN_NOT_INITIALIZED",
]);

/** Errors after which slot, session, login and key have to be found again. */
const GONE: ReadonlySet<string> = new Set([
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
]);

/** Loads pkcs11js and the module. Throws TokenError. */
export function open(module: string): Driver {
  let library: typeof Pkcs11;
  try {
    library = require("pkcs11js") as typeof Pkcs11;
  } catch (error) {
    throw new TokenError("PKCS11JS-MISSING", error instanceof Error ? error.message : String(error), false);
  }
  return new Token(library, module);
}

/** What PKCS#11 said, with its own code. */
export function describe(thrown: unknown): ReplyError {
  return described(thrown, (error) => {
    const { message, method } = error as { message?: string; method?: string };
    const inner = /CKR_\w+/.exec(message ?? "")?.[0] ?? "DRIVER-ERROR";
    const words = `${inner}${method ? ` in ${method}` : ""}`;
    return { inner, message: words, tried: !BEFORE_PIN.has(inner), ...(GONE.has(inner) && { gone: true }) };
  });
}

/** Data above this goes to the token in parts: some drivers have a small limit for one call. */
const PART = 16 * 1024;

interface Attached {
  slot: Pkcs11.Handle;
  session: Pkcs11.Handle;
  id: string;
  mechanisms: ReadonlySet<number>;
  select: Selection;
  certificateId: Buffer | null;
  key: Pkcs11.Handle | null;
}

/** One PKCS#11 module and one session on one token. Synchronous: it lives in a process of its own. */
export class Token implements Driver {
  private readonly p11: Pkcs11.PKCS11;
  private initialised = false;
  private attached: Attached | undefined;

  constructor(
    private readonly library: typeof Pkcs11,
    module: string,
  ) {
    this.p11 = new library.PKCS11();
    try {
      this.p11.load(module);
    } catch (error) {
      throw new TokenError("MODULE-NOT-LOADED", error instanceof Error ? error.message : String(error), false);
    }
  }

  attach(select: Selection): TokenFacts {
    this.detach();
    // Slot lists are only read anew at C_Initialize by some drivers.
    this.p11.C_Initialize();
    this.initialised = true;
    const { slot, info } = this.findToken(select);
    const id = tokenId(info);
    const mechanisms = this.p11.C_GetMechanismList(slot);
    const session = this.p11.C_OpenSession(slot, this.library.CKF_SERIAL_SESSION);
    this.attached = { slot, session, id, mechanisms: new Set(mechanisms), select, certificateId: null, key: null };
    const found = this.publicCertificate(this.attached);
    this.attached.certificateId = found?.id ?? null;
    return {
      id,
      label: trimmed(info.label),
      serial: trimmed(info.serialNumber),
      ...this.flags(info),
      pinPad: (info.flags & this.library.CKF_PROTECTED_AUTHENTICATION_PATH) !== 0,
      mechanisms,
      certificate: found?.der ?? null,
    };
  }

  /** Every initialised token, and its keys by their certificates and public halves: no login. */
  list(): TokenListing[] {
    this.p11.C_Initialize();
    this.initialised = true;
    return this.present()
      .filter(({ info }) => (info.flags & this.library.CKF_TOKEN_INITIALIZED) !== 0)
      .map(({ slot, info }) => ({
        label: trimmed(info.label),
        serial: trimmed(info.serialNumber),
        slot: handleNumber(slot),
        maker: [trimmed(info.manufacturerID), trimmed(info.model)].filter(Boolean).join(" "),
        keys: this.publicKeys(slot),
      }));
  }

  private publicKeys(slot: Pkcs11.Handle): TokenListing["keys"] {
    const session = this.p11.C_OpenSession(slot, this.library.CKF_SERIAL_SESSION);
    try {
      const { CKA_CLASS, CKA_ID, CKA_LABEL, CKO_PUBLIC_KEY } = this.library;
      const certificates = this.certificates(session);
      const keys = this.find(session, [{ type: CKA_CLASS, value: CKO_PUBLIC_KEY }]).map((handle) => {
        const id = this.read(session, handle, CKA_ID);
        const certificate = certificates.find((one) => one.id.equals(id));
        return { label: this.read(session, handle, CKA_LABEL).toString(), id, certificate: certificate?.der ?? null };
      });
      const others = certificates.filter(({ id }) => !keys.some((key) => key.id.equals(id)));
      return [...keys, ...others.map(({ id, label, der }) => ({ label, id, certificate: der }))];
    } finally {
      this.p11.C_CloseSession(session);
    }
  }

  login(pin: string | undefined, token: string, allowFinalTry: boolean): LoginFacts {
    const at = this.need();
    const info = this.p11.C_GetTokenInfo(at.slot);
    if (tokenId(info) !== token) {
      throw new TokenError("OTHER-CARD", "another card was inserted in the meantime", false);
    }
    const flags = this.flags(info);
    if (flags.locked) throw new TokenError("CKR_PIN_LOCKED", "the token says that its PIN is locked", false);
    if (flags.finalTry && !allowFinalTry) {
      throw new TokenError("FINAL-TRY", "the token says that one more wrong PIN locks it", false);
    }
    if (pin === undefined && (info.flags & this.library.CKF_PROTECTED_AUTHENTICATION_PATH) === 0) {
      throw new TokenError("NO-PIN-PAD", "the token has no keypad of its own", false);
    }
    try {
      // pkcs11js cannot pass the null pointer that stands for the keypad; a length of zero is as near as it gets.
      this.p11.C_Login(at.session, this.library.CKU_USER, pin ?? "");
    } catch (error) {
      if ((error as { code?: unknown }).code !== this.library.CKR_USER_ALREADY_LOGGED_IN) throw error;
    }
    // From here on the PIN was accepted; what goes wrong now has its own codes and must not be taken for a refusal.
    try {
      const key = this.findKey(at);
      at.key = key.handle;
      const certificate = this.certificates(at.session).find((candidate) => candidate.id.equals(key.id));
      return { keyLabel: key.label, certificate: certificate?.der ?? null, countLow: flags.countLow };
    } catch (error) {
      throw new AfterLogin(error);
    }
  }

  sign({ algorithm, data: bytes, sm2 }: SignAsk): Buffer {
    const at = this.need();
    if (!at.key) throw new TokenError("NOT-ATTACHED", "there is no login", true, true);
    const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (algorithm === "sm2-sm3") {
      if (!sm2) throw new TokenError("NO-SM2-MECHANISM", "no SM2 mechanism is set");
      return this.run(at.session, at.key, sm2.mechanism, data);
    }
    const { CKM_SHA1_RSA_PKCS, CKM_SHA256_RSA_PKCS, CKM_RSA_PKCS } = this.library;
    const whole = algorithm === "rsa-sha1" ? CKM_SHA1_RSA_PKCS : CKM_SHA256_RSA_PKCS;
    if (at.mechanisms.has(whole)) return this.run(at.session, at.key, whole, data);
    return this.run(at.session, at.key, CKM_RSA_PKCS, digestInfo(algorithm, data));
  }

  detach(): void {
    this.attached = undefined;
    if (!this.initialised) return;
    this.initialised = false;
    try {
      // Closes every session and logs out.
      this.p11.C_Finalize();
    } catch {
      // The token may be gone; nothing is lost with it.
    }
  }

  private run(session: Pkcs11.Handle, key: Pkcs11.Handle, mechanism: number, data: Buffer): Buffer {
    this.p11.C_SignInit(session, { mechanism }, key);
    const output = Buffer.alloc(1024);
    if (data.length <= PART) return this.p11.C_Sign(session, data, output);
    for (let at = 0; at < data.length; at += PART) {
      this.p11.C_SignUpdate(session, data.subarray(at, at + PART));
    }
    return this.p11.C_SignFinal(session, output);
  }

  private need(): Attached {
    if (!this.attached) throw new TokenError("NOT-ATTACHED", "no token is open", false, true);
    return this.attached;
  }

  private findToken(select: Selection): { slot: Pkcs11.Handle; info: Pkcs11.TokenInfo } {
    const initialised = this.library.CKF_TOKEN_INITIALIZED;
    const present = this.present();
    const usable = present.filter(({ slot, info }) =>
      select.slot === undefined ? (info.flags & initialised) !== 0 : handleNumber(slot) === select.slot,
    );
    const { token } = select;
    const wanted = token
      ? usable.filter(({ info }) => [trimmed(info.label), trimmed(info.serialNumber)].includes(token))
      : usable;
    const seen = present.map(({ info }) => `${trimmed(info.label)} (${trimmed(info.serialNumber)})`).join(", ");
    if (wanted.length > 1) {
      throw new TokenError("TOKEN-AMBIGUOUS", `more than one token fits, name one: ${seen}`, false);
    }
    const [only] = wanted;
    if (!only) {
      throw new TokenError("TOKEN-ABSENT", seen ? `the token is not there; there are: ${seen}` : "no token", false);
    }
    return only;
  }

  private present(): { slot: Pkcs11.Handle; info: Pkcs11.TokenInfo }[] {
    const present: { slot: Pkcs11.Handle; info: Pkcs11.TokenInfo }[] = [];
    for (const slot of this.p11.C_GetSlotList(true)) {
      try {
        present.push({ slot, info: this.p11.C_GetTokenInfo(slot) });
      } catch {
        // Pulled between the two calls.
      }
    }
    return present;
  }

  private flags(info: Pkcs11.TokenInfo): { countLow: boolean; finalTry: boolean; locked: boolean } {
    const { CKF_USER_PIN_COUNT_LOW, CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_LOCKED } = this.library;
    return {
      countLow: (info.flags & CKF_USER_PIN_COUNT_LOW) !== 0,
      finalTry: (info.flags & CKF_USER_PIN_FINAL_TRY) !== 0,
      locked: (info.flags & CKF_USER_PIN_LOCKED) !== 0,
    };
  }

  private find(session: Pkcs11.Handle, template: Pkcs11.Template): Pkcs11.Handle[] {
    this.p11.C_FindObjectsInit(session, template);
    try {
      return this.p11.C_FindObjects(session, 64);
    } finally {
      this.p11.C_FindObjectsFinal(session);
    }
  }

  private read(session: Pkcs11.Handle, object: Pkcs11.Handle, type: number): Buffer {
    try {
      const value = this.p11.C_GetAttributeValue(session, object, [{ type }])[0]?.value;
      return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
    } catch {
      return Buffer.alloc(0);
    }
  }

  private findKey(at: Attached): { handle: Pkcs11.Handle; id: Buffer; label: string } {
    const { CKA_CLASS, CKA_ID, CKA_LABEL, CKO_PRIVATE_KEY } = this.library;
    const template: Pkcs11.Template = [{ type: CKA_CLASS, value: CKO_PRIVATE_KEY }];
    if (at.select.keyLabel) template.push({ type: CKA_LABEL, value: Buffer.from(at.select.keyLabel) });
    if (at.select.keyId) template.push({ type: CKA_ID, value: Buffer.from(at.select.keyId, "hex") });
    const keys = this.find(at.session, template).map((handle) => ({
      handle,
      id: this.read(at.session, handle, CKA_ID),
      label: this.read(at.session, handle, CKA_LABEL).toString(),
    }));
    if (keys.length === 0) throw new TokenError("KEY-ABSENT", "the private key is not on the token");
    const [first] = keys;
    if (first && keys.length === 1) return first;
    const names = keys.map(({ label, id }) => `${label} (${id.toString("hex")})`).join(", ");
    throw new TokenError("KEY-AMBIGUOUS", `more than one private key, name one: ${names}`);
  }

  private certificates(session: Pkcs11.Handle): { id: Buffer; label: string; der: Buffer }[] {
    const { CKA_CLASS, CKA_CERTIFICATE_TYPE, CKA_ID, CKA_LABEL, CKA_VALUE, CKO_CERTIFICATE, CKC_X_509 } = this.library;
    const template = [
      { type: CKA_CLASS, value: CKO_CERTIFICATE },
      { type: CKA_CERTIFICATE_TYPE, value: CKC_X_509 },
    ];
    return this.find(session, template)
      .map((handle) => ({
        id: this.read(session, handle, CKA_ID),
        label: this.read(session, handle, CKA_LABEL).toString(),
        der: this.read(session, handle, CKA_VALUE),
      }))
      .filter(({ der }) => der.length > 0);
  }

  /** The key's certificate as far as it can be found while the private key cannot be seen yet. */
  private publicCertificate(at: Attached): { id: Buffer; der: Buffer } | undefined {
    const all = this.certificates(at.session);
    const { keyId, keyLabel } = at.select;
    if (keyId) return all.find(({ id }) => id.toString("hex") === keyId.toLowerCase());
    if (keyLabel) {
      const { CKA_CLASS, CKA_ID, CKA_LABEL, CKO_PUBLIC_KEY } = this.library;
      const template = [
        { type: CKA_CLASS, value: CKO_PUBLIC_KEY },
        { type: CKA_LABEL, value: Buffer.from(keyLabel) },
      ];
      const ids = this.find(at.session, template).map((handle) => this.read(at.session, handle, CKA_ID));
      return all.find(({ id }) => ids.some((wanted) => wanted.equals(id))) ?? all.find((one) => one.label === keyLabel);
    }
    return all.length === 1 ? all[0] : undefined;
  }
}

function trimmed(text: string): string {
  return text.replace(/[\0 ]+$/, "").trim();
}

function tokenId(info: Pkcs11.TokenInfo): string {
  const serial = trimmed(info.serialNumber) || trimmed(info.label);
  return `pkcs11:${trimmed(info.manufacturerID)}:${trimmed(info.model)}:${serial}`;
}

function handleNumber(handle: Pkcs11.Handle): number {
  return handle.length >= 8 ? Number(handle.readBigUInt64LE()) : handle.readUInt32LE();
}
