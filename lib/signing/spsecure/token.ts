import { described, driverError, TokenError } from "../module/errors.js";
import { filled, gbk, type NativeFunction, NativeLibrary } from "../module/native.js";
import type { Driver, LoginFacts, ReplyError, SignAsk, TokenFacts } from "../module/protocol.js";

/** Reader or card is not there, or another program has it (domain B): certainly no PIN was looked at. */
const ABSENT: ReadonlySet<number> = new Set([50070, 50200, 51590]);

/** Numbers up to this are no error codes: some builds of SpcVerifyPIN give the tries that are left. */
const MOST_TRIES = 15;

/** Bytes that an answer may have: certificates of cards have some 1000. */
const CERTIFICATE = 8192;
const FIELD = 512;
const SIGNATURE = 1024;

/** Loads the library. Throws TokenError. */
export function open(module: string): Driver {
  return new SpSecure(new NativeLibrary(module, true), module);
}

export function describe(thrown: unknown): ReplyError {
  return described(thrown, driverError);
}

/**
 * The card's own library (SPSecureAPI, docs/domain/cards.md): one card, opened once, the PIN once a session. `SpcSignData` makes the digest
 * itself; `SpcSignDataNoHash` takes one.
 */
class SpSecure implements Driver {
  private readonly initialise: NativeFunction;
  private readonly clear: NativeFunction;
  private readonly verifyPin: NativeFunction;
  private readonly signCertificate: NativeFunction;
  private readonly signData: NativeFunction;
  private readonly signDigest: NativeFunction | undefined;
  private readonly message: ((code: number) => string) | undefined;
  private opened = false;
  private accepted = false;

  constructor(
    private readonly library: NativeLibrary,
    private readonly module: string,
  ) {
    this.initialise = library.need("SpcInitEnvEx");
    this.clear = library.need("SpcClearEnv");
    // Some builds tell the tries left by a third argument; the others do not look at it, but for those of 32 bit on Windows.
    const third = process.platform === "win32" && process.arch === "ia32" ? [] : (["buffer"] as const);
    this.verifyPin = library.need("SpcVerifyPIN", "buffer", "number", ...third);
    this.signCertificate = library.need("SpcGetSignCert", "buffer", "buffer");
    this.signData = library.need("SpcSignData", "buffer", "number", "buffer", "buffer");
    this.signDigest = library.find("SpcSignDataNoHash", "buffer", "number", "buffer", "buffer");
    this.message = library.text("SpcGetErrMsg", "number");
  }

  attach(): TokenFacts {
    this.detach();
    this.check("SpcInitEnvEx", this.initialise());
    this.opened = true;
    const cardId = this.field("SpcGetCardID");
    const [code, bytes] = filled(this.signCertificate, CERTIFICATE);
    this.check("SpcGetSignCert", code);
    return {
      ...{ id: this.nameOf(cardId), label: cardId, serial: cardId },
      ...{ countLow: false, finalTry: false, locked: false, pinPad: false, mechanisms: [] },
      certificate: derOf(bytes),
      holder: {
        certificateNumber: this.field("SpcGetCertNo").toLowerCase(),
        // The ten-digit code, or the organisation's, which is another one.
        companyCode: /^[0-9A-Z]{10}$/.exec(this.field("SpcGetEntID"))?.[0] ?? "",
        companyName: this.field("SpcGetEntName"),
      },
    };
  }

  login(pin: string | undefined, token: string): LoginFacts {
    if (!this.opened) throw new TokenError("NOT-ATTACHED", "no card is open", false, true);
    if (this.nameOf(this.field("SpcGetCardID")) !== token)
      throw new TokenError("OTHER-CARD", "another card was inserted in the meantime", false, true);
    const bytes = Buffer.from(pin ?? "", "utf8");
    const left = Buffer.alloc(4, 0xff);
    const code = this.verifyPin(Buffer.concat([bytes, Buffer.alloc(1)]), bytes.length, left);
    if (code !== 0) throw this.refusal(code, left.readUInt32LE());
    this.accepted = true;
    return { keyLabel: "", certificate: null, countLow: false };
  }

  sign({ data, digested }: SignAsk): Buffer {
    if (!this.accepted) throw new TokenError("NOT-ATTACHED", "there is no login", true, true);
    const call = digested ? this.signDigest : this.signData;
    if (!call) throw new TokenError("FUNCTION-MISSING", "the library has no function SpcSignDataNoHash");
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const [code, signature] = filled(call, SIGNATURE, bytes, bytes.length);
    this.check(digested ? "SpcSignDataNoHash" : "SpcSignData", code);
    return Buffer.from(signature);
  }

  detach(): void {
    if (!this.opened) return;
    this.opened = false;
    this.accepted = false;
    this.clear();
  }

  /** The control calls the same card by the same number: one PIN guard for both. One that tells none is whatever this library reaches. */
  private nameOf(cardId: string): string {
    return cardId === "" ? `spsecure-at:${this.module}` : `control:${cardId}`;
  }

  /** A field of the card as text; empty where the library does not have it or the card does not tell it. */
  private field(name: string): string {
    const call = this.library.find(name, "buffer", "buffer");
    if (!call) return "";
    const [code, bytes] = filled(call, FIELD);
    if (ABSENT.has(code)) this.check(name, code);
    return code === 0 ? gbk(bytes) : "";
  }

  private check(name: string, code: number): void {
    if (code === 0) return;
    throw new TokenError(
      String(code),
      `${code} in ${name}: ${this.message?.(code) ?? ""}`.trim(),
      true,
      ABSENT.has(code),
    );
  }

  /** Of a PIN that was not taken. What is not certainly from before the card looked at it counts as a try. */
  private refusal(code: number, left: number): TokenError {
    if (ABSENT.has(code)) return new TokenError(String(code), `${code} in SpcVerifyPIN`, false, true);
    const tries = code <= MOST_TRIES ? code : left <= MOST_TRIES ? left : undefined;
    const words = tries === undefined ? (this.message?.(code) ?? "") : `${tries} tries left`;
    return new TokenError(code <= MOST_TRIES ? "PIN-REFUSED" : String(code), `${code} in SpcVerifyPIN: ${words}`);
  }
}

/** A certificate as the library gives it: DER, or base64 with or without the lines around it. */
function derOf(bytes: Buffer): Uint8Array {
  if (bytes[0] === 0x30) return Uint8Array.from(bytes);
  const text = bytes.toString("latin1").replace(/-----[A-Z ]+-----/g, "");
  return Uint8Array.from(Buffer.from(text.replace(/[^A-Za-z0-9+/=]/g, ""), "base64"));
}
