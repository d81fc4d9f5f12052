import { createPublicKey, verify, X509Certificate } from "node:crypto";
import { sm2PublicKey, sm2Verify } from "./sm2.js";
import type { SignAlgorithm } from "./types.js";

/**
 * Is this the signature of the certificate's key over the data? `certificate` in DER; an SM2 signature as raw r || s. False for anything
 * that is none.
 */
export async function verifyWith(
  certificate: Buffer,
  algorithm: SignAlgorithm,
  data: Buffer,
  signature: Buffer,
): Promise<boolean> {
  if (algorithm === "sm2-sm3") return sm2Verify(certificate, data, signature);
  // A certificate of another algorithm has a key that Node cannot take.
  if (sm2PublicKey(certificate)) return false;
  const spki = new X509Certificate(certificate).publicKey.export({ type: "spki", format: "pem" });
  return verify(algorithm === "rsa-sha1" ? "sha1" : "sha256", data, createPublicKey(spki), signature);
}
