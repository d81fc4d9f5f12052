import { createHash } from "node:crypto";
import { messageOf } from "../../errors.js";
import { paddedDigestInfo } from "../digest-info.js";
import { described, driverError, TokenError } from "../module/errors.js";
import { filled, type NativeFunction, NativeLibrary } from "../module/native.js";
import type { Driver, LoginFacts, ReplyError, Selection, SignAsk, TokenFacts } from "../module/protocol.js";

/** GM/T 0018, annex A: 0x01000000 and a number; some vendors leave the first byte out. */
const BASE = 0x01000000;
const NAMES = [
  ...["OK", "UNKNOWERR", "NOTSUPPORT", "COMMFAIL", "HARDFAIL", "OPENDEVICE", "OPENSESSION", "PARDENY", "KEYNOTEXIST"],
  ...["ALGNOTSUPPORT", "ALGMODNOTSUPPORT", "PKOPERR", "SKOPERR", "SIGNERR", "VERIFYERR", "SYMOPERR", "STEPERR"],
  ...["FILESIZEERR", "FILENOEXIST", "FILEOFSERR", "KEYTYPEERR", "KEYERR"],
] as const;

/** The HSM or the way to it is gone, or the session's rights are: everything is opened again. */
const GONE: ReadonlySet<string> = new Set(["COMMFAIL", "HARDFAIL", "OPENDEVICE", "OPENSESSION"]);

/** Raised before the password is looked at. */
const BEFORE_PIN: ReadonlySet<string> = new Set(["NOTSUPPORT", "OPENDEVICE", "OPENSESSION", "KEYNOTEXIST"]);

/** Longest public key structure that a vendor has: RSA of 4096 bits, bits and two numbers of 512 bytes. */
const PUBLIC_KEY = 4 + 2 * 512;
/** ECCSignature { r[64], s[64] }: values stand at the right end. */
const ECC_NUMBER = 64;
const ECC = "SDF_InternalSign_ECC";
const RSA = "SDF_InternalPrivateKeyOperation_RSA";

/** SGD_SM2_1, signature (GM/T 0006), for the header that wants it said. */
const SM2_SIGN = 0x00020200;

/** Loads the vendor's library. Throws TokenError. */
export function open(module: string): Driver {
  return new Sdf(new NativeLibrary(module));
}

export function describe(thrown: unknown): ReplyError {
  return described(thrown, driverError);
}

/**
 * An HSM by GM/T 0018 (docs/domain/cards.md): one device, one session, one key by its number. Its public part is what the key is known by; the
 * certificate is a file of ours.
 */
class Sdf implements Driver {
  private readonly openDevice: NativeFunction;
  private readonly closeDevice: NativeFunction;
  private readonly openSession: NativeFunction;
  private readonly closeSession: NativeFunction;
  private readonly access: NativeFunction;
  private readonly release: NativeFunction | undefined;
  private device = 0n;
  private session = 0n;
  private select: Selection = {};
  private allowed = false;
  private operation: NativeFunction = () => 0;

  constructor(private readonly library: NativeLibrary) {
    this.openDevice = library.need("SDF_OpenDevice", "buffer");
    this.closeDevice = library.need("SDF_CloseDevice", "handle");
    this.openSession = library.need("SDF_OpenSession", "handle", "buffer");
    this.closeSession = library.need("SDF_CloseSession", "handle");
    this.access = library.need("SDF_GetPrivateKeyAccessRight", "handle", "number", "buffer", "number");
    this.release = library.find("SDF_ReleasePrivateKeyAccessRight", "handle", "number");
  }

  attach(select: Selection): TokenFacts {
    this.detach();
    this.select = select;
    // Before the password goes anywhere.
    this.operation = this.signing(select);
    this.device = this.openedDevice(select.config ?? "");
    this.session = handleOf("SDF_OpenSession", (place) => this.openSession(this.device, place));
    const publicKey = this.publicKey(select);
    const hash = createHash("sha256").update(publicKey).digest("hex");
    return {
      ...{ id: `sdf:${hash}`, label: `${select.keyIndex}`, serial: "" },
      ...{ countLow: false, finalTry: false, locked: false, pinPad: false, mechanisms: [] },
      ...{ certificate: null, publicKey: Uint8Array.from(publicKey) },
    };
  }

  login(pin: string | undefined): LoginFacts {
    const { keyIndex = 1 } = this.select;
    if (this.session === 0n) throw new TokenError("NOT-ATTACHED", "no session is open", false, true);
    const bytes = Buffer.from(pin ?? "", "utf8");
    const code = this.access(this.session, keyIndex, Buffer.concat([bytes, Buffer.alloc(1)]), bytes.length);
    if (code !== 0) {
      const name = nameOf(code);
      throw new TokenError(
        `SDR_${name}`,
        inWords("SDF_GetPrivateKeyAccessRight", code),
        !BEFORE_PIN.has(name),
        GONE.has(name),
      );
    }
    this.allowed = true;
    return { keyLabel: "", certificate: null, countLow: false };
  }

  sign({ algorithm, data, digested }: SignAsk): Buffer {
    if (!this.allowed) throw new TokenError("NOT-ATTACHED", "there is no right to the key", true, true);
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    if (algorithm !== "sm2-sm3") return this.signRsa(algorithm, bytes);
    if (!digested) throw new TokenError("NO-DIGEST", "SM2 signs a digest");
    return this.signEcc(bytes);
  }

  detach(): void {
    const { keyIndex = 1 } = this.select;
    if (this.allowed) this.release?.(this.session, keyIndex);
    if (this.session !== 0n) this.closeSession(this.session);
    if (this.device !== 0n) this.closeDevice(this.device);
    this.allowed = false;
    this.session = 0n;
    this.device = 0n;
  }

  /** Where the vendor's settings are named, by the two ways that vendors have for it; else as the standard says. */
  private openedDevice(config: string): bigint {
    if (config !== "") {
      const path = Buffer.from(`${config}\0`, "utf8");
      const withPath = this.library.find("SDF_OpenDeviceWithPath", "buffer", "buffer");
      if (withPath) return handleOf("SDF_OpenDeviceWithPath", (place) => withPath(path, place));
      const withIni = this.library.find("SDF_OpenDeviceEx", "buffer", "buffer", "buffer");
      if (withIni) return handleOf("SDF_OpenDeviceEx", (place) => withIni(place, path, null));
    }
    return handleOf("SDF_OpenDevice", (place) => this.openDevice(place));
  }

  /** What signs with a key of this type. */
  private signing({ modulus = 0, extended }: Selection): NativeFunction {
    if (modulus > 0) return this.library.need(RSA, "handle", "number", "buffer", "number", "buffer", "buffer");
    const further = extended ? (["number"] as const) : [];
    return this.library.need(ECC, "handle", "number", ...further, "buffer", "number", "buffer");
  }

  private publicKey({ keyIndex = 1, modulus = 0 }: Selection): Buffer {
    const name = modulus > 0 ? "SDF_ExportSignPublicKey_RSA" : "SDF_ExportSignPublicKey_ECC";
    const place = Buffer.alloc(PUBLIC_KEY);
    check(name, this.library.need(name, "handle", "number", "buffer")(this.session, keyIndex, place));
    return place;
  }

  private signEcc(digest: Buffer): Buffer {
    const { keyIndex = 1, extended } = this.select;
    const signature = Buffer.alloc(2 * ECC_NUMBER);
    const further = extended ? [SM2_SIGN] : [];
    this.used(ECC, this.operation(this.session, keyIndex, ...further, digest, digest.length, signature));
    const number = (start: number) => signature.subarray(start + ECC_NUMBER - 32, start + ECC_NUMBER);
    return Buffer.concat([number(0), number(ECC_NUMBER)]);
  }

  private signRsa(algorithm: "rsa-sha1" | "rsa-sha256", data: Buffer): Buffer {
    const { keyIndex = 1, modulus = 0 } = this.select;
    let block: Buffer;
    try {
      block = paddedDigestInfo(algorithm, data, modulus);
    } catch (error) {
      throw new TokenError("KEY-TOO-SHORT", messageOf(error));
    }
    const [code, signature] = filled(this.operation, PUBLIC_KEY, this.session, keyIndex, block, block.length);
    this.used(RSA, code);
    return Buffer.from(signature);
  }

  /** A right to the key ends with the session that it was given for: it is asked for again, with everything before it. */
  private used(name: string, code: number): void {
    check(name, code, nameOf(code) === "PARDENY");
  }
}

function nameOf(code: number): string {
  const number = code >= BASE ? code - BASE : code;
  return NAMES[number] ?? `0x${code.toString(16).padStart(8, "0")}`;
}

function inWords(name: string, code: number): string {
  return `0x${code.toString(16).padStart(8, "0")} (SDR_${nameOf(code)}) in ${name}`;
}

function check(name: string, code: number, gone = false): void {
  if (code === 0) return;
  const said = nameOf(code);
  throw new TokenError(`SDR_${said}`, inWords(name, code), true, gone || GONE.has(said));
}

/** A handle that a function gives by its place. */
function handleOf(name: string, call: (place: Buffer) => number): bigint {
  const place = Buffer.alloc(8);
  check(name, call(place));
  return place.readBigUInt64LE();
}
