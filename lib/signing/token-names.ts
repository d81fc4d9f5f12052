import { createHash } from "node:crypto";

/**
 * The names of a token for the PIN guard: what its backend calls it, and its signing certificate where that can be read without
 * a login. The certificate is the same over every backend and driver.
 */
export function tokenNames(own: string, certificate: Uint8Array | undefined): readonly string[] {
  if (!certificate) return [own];
  return [own, `certificate:${createHash("sha256").update(certificate).digest("hex")}`];
}
