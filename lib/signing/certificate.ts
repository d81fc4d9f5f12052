import { X509Certificate } from "node:crypto";
import { messageOf } from "../errors.js";
import { cardFault } from "./faults.js";
import type { CardIdentity, SignAlgorithm } from "./types.js";

/** What settings may say over the certificate, and what the backend knows beside it. */
export interface IdentityExtras {
  companyCode?: string;
  cardNumber?: string;
  /** Serial of the token, when neither the settings nor the subject give a card number. */
  tokenSerial?: string;
  algorithms: readonly SignAlgorithm[];
}

function values(field: unknown): string[] {
  if (Array.isArray(field)) return field.filter((value): value is string => typeof value === "string");
  return typeof field === "string" ? [field] : [];
}

/** A certificate, PEM or DER. Throws C134 with state CERTIFICATE-UNREADABLE. */
export function parsedCertificate(certificate: Buffer): X509Certificate {
  try {
    return new X509Certificate(certificate);
  } catch (cause) {
    throw cardFault(
      "CERTIFICATE-UNREADABLE",
      { zh: `证书无法解析：${messageOf(cause)}`, en: `the certificate cannot be read: ${messageOf(cause)}` },
      { zh: "请检查卡内证书或证书文件。", en: "Check the certificate on the card or the certificate file." },
      { cause },
    );
  }
}

/**
 * Reads a card's identity out of its certificate (PEM or DER). The certificate number is the certificate's serial
 * number as lower-case hex, as the card control gives it (domain 3). Of the subject: CN is the holder, O the company
 * name where it is there, an OU or O of ten digits the company's customs code (faq 19), serialNumber the card number.
 * Real cards differ in their subjects: `companyCode` and `cardNumber` of the settings win. Rejects with C134.
 */
export function identityOf(certificate: Buffer, extras: IdentityExtras): CardIdentity {
  const parsed = parsedCertificate(certificate);
  const subject = parsed.toLegacyObject().subject as unknown as Record<string, unknown>;
  const names = [...values(subject.OU), ...values(subject.O)];
  const holder = values(subject.CN)[0] ?? "";
  return {
    cardNumber: extras.cardNumber || values(subject.serialNumber)[0] || extras.tokenSerial || "",
    certificateNumber: parsed.serialNumber.toLowerCase(),
    certificate: Buffer.from(parsed.raw),
    notBefore: Date.parse(parsed.validFrom),
    notAfter: Date.parse(parsed.validTo),
    holder,
    companyCode: extras.companyCode || names.find((name) => /^[0-9A-Z]{10}$/.test(name)) || "",
    companyName: values(subject.O).find((name) => !/^[0-9A-Z]{10}$/.test(name)) ?? holder,
    algorithms: extras.algorithms,
  };
}
