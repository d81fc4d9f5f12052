import type { Backend } from "../backends.js";
import { Pkcs11Card } from "../pkcs11/backend.js";
import { PKCS11_FAULTS } from "../pkcs11/faults.js";
import { USUAL_PKCS11 } from "../pkcs11/known-modules.js";

/** A vendor's PKCS#11 library: cards, keys of USB, HSMs. */
export const backend: Backend = {
  name: "pkcs11",
  title: { zh: "PKCS#11（卡或加密机）", en: "PKCS#11 (card or HSM)" },
  usual: true,
  usualModules: USUAL_PKCS11,
  needsPin: ({ pinPad }) => !pinPad,
  prerequisites: ({ module }) => [
    { package: "pkcs11js", native: true, what: { zh: "PKCS#11 卡或加密机", en: "for PKCS#11 cards" } },
    {
      file: module,
      setting: "module",
      what: { zh: "PKCS#11 模块（卡驱动）", en: "the PKCS#11 module (the card's driver)" },
    },
  ],
  faults: PKCS11_FAULTS,
  open: (settings, attempts) => new Pkcs11Card(settings, attempts),
};
