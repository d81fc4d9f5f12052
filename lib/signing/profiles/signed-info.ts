import type { CardIdentity } from "../types.js";
import { C14N, C14N_WITH_COMMENTS, type Suite } from "./suites.js";

export const ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

export interface SignedInfoParts {
  suite: Suite;
  withComments: boolean;
  /** `#String`, or empty for the whole document. */
  uri: string;
  transforms: readonly string[];
  digest: Buffer;
}

/** `SignedInfo`, one line, with a prefix such as `ds:` or none. */
export function signedInfo(prefix: string, parts: SignedInfoParts): string {
  const p = prefix;
  const { suite, transforms } = parts;
  const list = transforms.map((uri) => `<${p}Transform Algorithm="${uri}"></${p}Transform>`).join("");
  return [
    `<${p}SignedInfo>`,
    `<${p}CanonicalizationMethod Algorithm="${parts.withComments ? C14N_WITH_COMMENTS : C14N}">`,
    `</${p}CanonicalizationMethod>`,
    `<${p}SignatureMethod Algorithm="${suite.signatureMethod}"></${p}SignatureMethod>`,
    `<${p}Reference URI="${parts.uri}">`,
    list ? `<${p}Transforms>${list}</${p}Transforms>` : "",
    `<${p}DigestMethod Algorithm="${suite.digestMethod}"></${p}DigestMethod>`,
    `<${p}DigestValue>${parts.digest.toString("base64")}</${p}DigestValue>`,
    `</${p}Reference>`,
    `</${p}SignedInfo>`,
  ].join("");
}

/** `SignatureValue` and `KeyInfo`: KeyName is the certificate number, the certificate one line (domain 3). */
export function valueAndKey(prefix: string, value: Buffer, identity: CardIdentity): string {
  const p = prefix;
  return [
    `<${p}SignatureValue>${value.toString("base64")}</${p}SignatureValue>`,
    `<${p}KeyInfo><${p}KeyName>${identity.certificateNumber}</${p}KeyName><${p}X509Data><${p}X509Certificate>`,
    identity.certificate.toString("base64"),
    `</${p}X509Certificate></${p}X509Data></${p}KeyInfo>`,
  ].join("");
}
