import { createHash } from "node:crypto";

/**
 * The names of a token for the PIN guard: what its backend calls it, and its signing certificate where that can be read without
 * a login. The certificate is the same over every backend and driver.
 */
export function tokenNames(own: string, certificate: Uint8Array | undefined): readonly string[] {
  if (!certificate) return [own];
  return [own, `certificate:${createHash("sha256").update(certificate).digest("hex")}`];
}

/** Names of where a token is reached from this machine: on another one the same name is another token. */
const PLACES = /^(?:software:|spsecure-at:|control-at:(?!wss?:\/\/)|control-at:wss?:\/\/(?:localhost|127\.|\[::1\]))/i;

/** Does a name tell the same token on every machine? */
export function isAnywhere(name: string): boolean {
  return !PLACES.test(name);
}
