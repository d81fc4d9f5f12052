import { createHash } from "node:crypto";
import { sm3 } from "../sm2.js";
import type { CardIdentity, SignAlgorithm } from "../types.js";

/** One set of algorithm URIs of an XML signature, and what they mean. */
export interface Suite {
  name: string;
  algorithm: SignAlgorithm;
  signatureMethod: string;
  digestMethod: string;
  digest(data: Buffer): Promise<Buffer>;
}

const hash =
  (name: string) =>
  async (data: Buffer): Promise<Buffer> =>
    createHash(name).update(data).digest();

/**
 * Domain 3, "Signing rules": RSA with SHA-1 is what the old cards do; for SM2 the specification of May 2022 and an older
 * practice name different URIs.
 */
export const SUITES: readonly Suite[] = [
  {
    name: "rsa-sha256",
    algorithm: "rsa-sha256",
    signatureMethod: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    digestMethod: "http://www.w3.org/2001/04/xmlenc#sha256",
    digest: hash("sha256"),
  },
  {
    name: "rsa-sha1",
    algorithm: "rsa-sha1",
    signatureMethod: "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
    digestMethod: "http://www.w3.org/2000/09/xmldsig#sha1",
    digest: hash("sha1"),
  },
  {
    name: "sm2-sm3",
    algorithm: "sm2-sm3",
    signatureMethod: "http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3",
    digestMethod: "http://www.chinaport.gov.cn/2022/04/xmldsig#sm3",
    digest: sm3,
  },
  {
    name: "sm2-sm3-old",
    algorithm: "sm2-sm3",
    signatureMethod: "http://www.w3.org/2000/09/xmldsig#sm2-sm3",
    digestMethod: "http://www.w3.org/2000/09/xmldsig#sha1",
    digest: hash("sha1"),
  },
];

/** The named suite, or the first of the table that the card can do. */
export function suiteFor(name: string | undefined, identity: CardIdentity): Suite {
  if (name) return suiteByName(name);
  return SUITES.find(({ algorithm }) => identity.algorithms.includes(algorithm)) ?? (SUITES[0] as Suite);
}

/** A suite by its name; throws for a name that is not in the table, which is a wrong setting. */
export function suiteByName(name: string): Suite {
  const suite = SUITES.find((candidate) => candidate.name === name);
  if (!suite)
    throw new RangeError(`unknown signature suite ${name}; there are ${SUITES.map((s) => s.name).join(", ")}`);
  return suite;
}

/** URIs of Canonical XML 1.0. */
export const C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
export const C14N_WITH_COMMENTS = `${C14N}#WithComments`;
export const XMLDSIG = "http://www.w3.org/2000/09/xmldsig#";
