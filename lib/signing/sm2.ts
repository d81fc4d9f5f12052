import { createHash, getHashes } from "node:crypto";
import { messageOf } from "../errors.js";
import { cardFault } from "./faults.js";

/** SM2 with SM3 by sm-crypto-v2: what Node's own crypto signs, other SM2 verifiers refuse. Loaded when first needed. */
async function library(): Promise<typeof import("sm-crypto-v2")> {
  try {
    return await import("sm-crypto-v2");
  } catch (cause) {
    throw cardFault(
      "SM-CRYPTO-MISSING",
      {
        zh: `缺少 sm-crypto-v2 组件：${messageOf(cause)}`,
        en: `the package sm-crypto-v2 is not installed: ${messageOf(cause)}`,
      },
      {
        zh: "请在 Node-RED 目录执行 npm install sm-crypto-v2。",
        en: "Run npm install sm-crypto-v2 in the Node-RED folder.",
      },
      { cause },
    );
  }
}

/** AlgorithmIdentifier of an SM2 public key: id-ecPublicKey, curve sm2p256v1 (1.2.156.10197.1.301), BIT STRING head. */
const SM2_KEY_HEAD = Buffer.from("301306072a8648ce3d020106082a811ccf5501822d034200", "hex");

/** Uncompressed public key (hex, 04 in front) of an SM2 certificate or SubjectPublicKeyInfo in DER; undefined for others. */
export function sm2PublicKey(der: Buffer): string | undefined {
  const at = der.indexOf(SM2_KEY_HEAD);
  if (at === -1) return undefined;
  const start = at + SM2_KEY_HEAD.length;
  return der.toString("hex", start, start + 65);
}

/** Raw r || s, 64 bytes, as the card control gives it (domain 3); a DER SEQUENCE of two integers is taken apart. */
export function sm2Raw(signature: Buffer): Buffer {
  if (signature.length === 64) return signature;
  if (signature[0] !== 0x30) return signature;
  const parts: Buffer[] = [];
  let at = 2;
  for (let index = 0; index < 2; index++) {
    const length = signature[at + 1] ?? 0;
    const integer = signature.subarray(at + 2, at + 2 + length);
    const value = integer.length > 32 ? integer.subarray(integer.length - 32) : integer;
    parts.push(Buffer.alloc(32 - value.length), value);
    at += 2 + length;
  }
  return Buffer.concat(parts);
}

/** Signs with SM3(Z || data), user id 1234567812345678 (GB/T 32918.2). `key` is the private scalar as hex. */
export async function sm2Sign(key: string, publicKey: string, data: Buffer): Promise<Buffer> {
  const { sm2 } = await library();
  const digest = await sm3(data, sm2.getZ(publicKey));
  return Buffer.from(sm2.doSignature(digest, key), "hex");
}

export async function sm2Verify(certificate: Buffer, data: Buffer, signature: Buffer): Promise<boolean> {
  const publicKey = sm2PublicKey(certificate);
  if (!publicKey || signature.length !== 64) return false;
  const { sm2 } = await library();
  try {
    return sm2.doVerifySignature(data, signature.toString("hex"), publicKey, { hash: true });
  } catch {
    // r or s is no number that a signature can have.
    return false;
  }
}

/** SM3(Z || data): what a mechanism without a digest of its own signs. */
export async function sm2Digest(certificate: Buffer, data: Buffer): Promise<Buffer> {
  const { sm2 } = await library();
  return sm3(data, sm2.getZ(sm2PublicKey(certificate) ?? ""));
}

/** Bytes between two turns of the event loop: some six milliseconds. */
const TURN = 1024 * 1024;

/** SM3 of data, and of what goes before it. A large document lets the event loop have its turn every few milliseconds. */
export async function sm3(data: Buffer, before?: Uint8Array): Promise<Buffer> {
  const hash = await sm3Hash();
  if (before) hash.update(before);
  for (let at = 0; at < data.length; at += TURN) {
    if (at > 0) await new Promise((resolve) => setImmediate(resolve));
    hash.update(data.subarray(at, at + TURN));
  }
  return Buffer.from(hash.digest());
}

let own: boolean | undefined;

/** Node's own, which some builds lack; its SM3 is right, unlike its SM2. */
async function sm3Hash(): Promise<{ update(data: Uint8Array): unknown; digest(): Uint8Array }> {
  own ??= getHashes().includes("sm3");
  if (own) return createHash("sm3");
  const { sm3: whole } = await library();
  const parts: Uint8Array[] = [];
  return { update: (data) => parts.push(data), digest: () => Buffer.from(whole(Buffer.concat(parts)), "hex") };
}

export async function sm2PublicFromPrivate(key: string): Promise<string> {
  return (await library()).sm2.getPublicKeyFromPrivateKey(key);
}
