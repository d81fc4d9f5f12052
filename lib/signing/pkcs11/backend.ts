import { ModuleCard, type Vendor } from "../module/card.js";
import type { CardSettings } from "../settings.js";
import type { PinAttempts, SignAlgorithm } from "../types.js";
import { pkcs11Fault } from "./faults.js";

const CKM_RSA_PKCS = 0x1;
const CKM_SHA1_RSA_PKCS = 0x6;
const CKM_SHA256_RSA_PKCS = 0x40;

const PKCS11: Vendor = {
  kind: "pkcs11",
  driver: "pkcs11",
  select: ({ token, slot, keyLabel, keyId }) => ({
    token,
    ...(slot !== undefined && { slot }),
    ...(keyLabel && { keyLabel }),
    ...(keyId && { keyId }),
  }),
  algorithms({ mechanisms }, _, { sm2Mechanism }) {
    if (sm2Mechanism) return ["sm2-sm3"];
    const has = (mechanism: number): boolean => mechanisms.includes(mechanism);
    const algorithms: SignAlgorithm[] = [];
    if (has(CKM_SHA256_RSA_PKCS) || has(CKM_RSA_PKCS)) algorithms.push("rsa-sha256");
    if (has(CKM_SHA1_RSA_PKCS) || has(CKM_RSA_PKCS)) algorithms.push("rsa-sha1");
    return algorithms;
  },
  digestsSm2: ({ sm2Mechanism }) => sm2Mechanism?.input === "digest",
  fault: pkcs11Fault,
};

/** A token behind a vendor's PKCS#11 module. */
export class Pkcs11Card extends ModuleCard {
  constructor(settings: CardSettings, attempts: PinAttempts) {
    super(settings, attempts, PKCS11);
  }
}
