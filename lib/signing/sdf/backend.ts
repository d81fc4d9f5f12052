import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { parsedCertificate } from "../certificate.js";
import { cardFault } from "../faults.js";
import { ModuleCard, type Vendor } from "../module/card.js";
import type { TokenFacts } from "../module/protocol.js";
import type { CardSettings } from "../settings.js";
import { sm2PublicKey } from "../sm2.js";
import type { PinAttempts } from "../types.js";
import { sdfFault } from "./faults.js";

/** Bytes of an RSA certificate's modulus; none of any other. */
function modulusOf(certificate: Buffer): Buffer {
  if (sm2PublicKey(certificate)) return Buffer.alloc(0);
  const { n = "" } = parsedCertificate(certificate).publicKey.export({ format: "jwk" });
  return Buffer.from(n, "base64url");
}

/**
 * The key at this number is the certificate's when its numbers stand in what the HSM gives of it. Where they stand differs: RSA structures
 * have a fixed size or are packed, by vendor.
 */
function assertKey({ publicKey = new Uint8Array() }: TokenFacts, certificate: Buffer): void {
  const given = Buffer.from(publicKey);
  const point = sm2PublicKey(certificate);
  const wanted = point
    ? [point.slice(2, 66), point.slice(66)].map((hex) => Buffer.from(hex, "hex"))
    : [modulusOf(certificate)];
  if (wanted.every((number) => given.includes(number))) return;
  throw cardFault(
    "OTHER-KEY",
    {
      zh: "加密机中此密钥号的密钥与证书文件不符",
      en: "the key at this number of the HSM is not that of the certificate's file",
    },
    {
      zh: "请核对卡节点中的密钥号（CertIndex）和证书文件（EportCertFile）。密码没有发送。",
      en: "Check key number (CertIndex) and certificate file (EportCertFile) in the card node. No password was sent.",
    },
  );
}

const SDF: Vendor = {
  kind: "sdf",
  driver: "sdf",
  select({ sdfKeyIndex = 1, sdfConfig = "", sdfExtended = false }, certificate) {
    if (!certificate) {
      throw cardFault(
        "CERTIFICATE-ABSENT",
        { zh: "没有填写证书文件", en: "the certificate's file is not set" },
        {
          zh: "加密机中没有证书，请在卡节点中指定证书文件。",
          en: "An HSM has no certificate: name its file in the card node.",
        },
      );
    }
    // The file may be PEM.
    const { raw } = parsedCertificate(certificate);
    return { keyIndex: sdfKeyIndex, config: sdfConfig, extended: sdfExtended, modulus: modulusOf(raw).length };
  },
  algorithms: (_, certificate) => (sm2PublicKey(certificate) ? ["sm2-sm3"] : ["rsa-sha256", "rsa-sha1"]),
  digestsSm2: () => true,
  assertKey,
  fault: sdfFault,
  // Libraries that take no path look for their settings where they run.
  folder({ sdfConfig = "" }) {
    if (sdfConfig === "" || !existsSync(sdfConfig)) return undefined;
    return statSync(sdfConfig).isDirectory() ? sdfConfig : dirname(sdfConfig);
  },
};

/** A key in an HSM behind its vendor's SDF library. */
export class SdfCard extends ModuleCard {
  constructor(settings: CardSettings, attempts: PinAttempts) {
    super(settings, attempts, SDF);
  }
}
