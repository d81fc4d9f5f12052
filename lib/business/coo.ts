import type { Business, MessageKind } from "./types.js";

/** 原产地证 (domain 1.5, one source). The certificate's number comes back in every receipt. */
const certificate: MessageKind = {
  type: "COO",
  title: { zh: "原产地证", en: "certificate of origin" },
  root: "Certificate",
  matches: (root) => root.name === "Certificate" && root.child("CertificateHead") !== undefined,
  body: (root) => root,
  clientKey: (root) => root.textAt("CertificateHead/CertNo"),
  // Stored or declared; new, changed or issued again (formats/coo.csv).
  operation: (root) =>
    ["ApplyType", "CertStatus"]
      .map((name) => root.textAt(`CertificateHead/${name}`))
      .join(" ")
      .trim(),
  zip: "optional",
  signing: "detached",
  receipts: { import: ["FileRet", "Receipt"], business: ["Receipt"] },
};

export const coo: Business = {
  id: "coo",
  title: { zh: "原产地证", en: "certificates of origin" },
  folders: ["Cooimp"],
  // Several receipts could say it, none of them alone.
  refusal: "Root",
  receiver: "",
  kinds: [certificate],
};
