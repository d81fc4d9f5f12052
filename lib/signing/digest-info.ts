import { createHash } from "node:crypto";

/** DER heads of DigestInfo, RFC 8017 section 9.2. */
const HEADS = {
  "rsa-sha1": { hash: "sha1", head: Buffer.from("3021300906052b0e03021a05000414", "hex") },
  "rsa-sha256": { hash: "sha256", head: Buffer.from("3031300d060960864801650304020105000420", "hex") },
} as const;

/** What an RSA signature (PKCS#1 v1.5) is made of, before its padding: the digest of the data in its DigestInfo. */
export function digestInfo(algorithm: keyof typeof HEADS, data: Buffer): Buffer {
  const { hash, head } = HEADS[algorithm];
  return Buffer.concat([head, createHash(hash).update(data).digest()]);
}

/** The same padded to the length of the modulus, for a key that does nothing but the bare operation (RFC 8017, 9.2). */
export function paddedDigestInfo(algorithm: keyof typeof HEADS, data: Buffer, modulus: number): Buffer {
  const info = digestInfo(algorithm, data);
  const filling = modulus - info.length - 3;
  if (filling < 8) throw new RangeError(`a key of ${modulus} bytes is too short for ${algorithm}`);
  return Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(filling, 0xff), Buffer.from([0]), info]);
}
