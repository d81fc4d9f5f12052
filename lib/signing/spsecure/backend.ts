import { ModuleCard, type Vendor } from "../module/card.js";
import type { CardSettings } from "../settings.js";
import { sm2PublicKey } from "../sm2.js";
import type { PinAttempts } from "../types.js";
import { spSecureFault } from "./faults.js";

const SPSECURE: Vendor = {
  kind: "spsecure",
  driver: "spsecure",
  select: () => ({}),
  // The library says only what it does with data; which algorithm that is, the certificate tells, and the self-test proves.
  algorithms: (_, certificate, { controlAlgorithm }) => [
    controlAlgorithm ?? (sm2PublicKey(certificate) ? "sm2-sm3" : "rsa-sha1"),
  ],
  digestsSm2: ({ sm2Input }) => sm2Input === "digest",
  fault: spSecureFault,
};

/** A card of 电子口岸 behind its own library. */
export class SpSecureCard extends ModuleCard {
  constructor(settings: CardSettings, attempts: PinAttempts) {
    super(settings, attempts, SPSECURE);
  }
}
