import { envelopeBody, envelopeOperation, envelopeType } from "./envelope.js";
import { enveloped } from "./enveloped.js";
import { INVENTORY_RECEIPTS, TRADE_IMPORT } from "./trade-receipts.js";
import type { Business, MessageKind } from "./types.js";

/** 核注清单. Key: domain 1.2; it comes back as `EtpsPreentNo` of the import receipt. ZIP only (domain 0, item 9). */
export const invt: MessageKind = {
  type: "INV101",
  title: { zh: "核注清单", en: "bonded inventory list" },
  root: "InvtMessage",
  matches: (root) => envelopeType(root) === "INV101" || envelopeBody(root, "InvtMessage") !== undefined,
  body: (root) => envelopeBody(root, "InvtMessage"),
  clientKey: (root) => envelopeBody(root, "InvtMessage")?.textAt("InvtHeadType/EtpsInnerInvtNo") ?? "",
  operation: envelopeOperation,
  zip: "required",
  signing: "xmldsig-object",
  receipts: { import: TRADE_IMPORT, business: INVENTORY_RECEIPTS },
};

/** 核放单 (domain 1.2). */
const passport: MessageKind = {
  type: "SAS121",
  title: { zh: "核放单", en: "gate pass" },
  root: "PassPortMessage",
  matches: (root) => envelopeType(root) === "SAS121" || envelopeBody(root, "PassPortMessage") !== undefined,
  body: (root) => envelopeBody(root, "PassPortMessage"),
  clientKey: (root) => envelopeBody(root, "PassPortMessage")?.textAt("PassportHead/EtpsPreentNo") ?? "",
  operation: envelopeOperation,
  zip: "required",
  signing: "xmldsig-object",
  receipts: { import: TRADE_IMPORT, business: ["SAS221", "SAS223", "SAS224"] },
};

/** 两步核放 (domain A, one source). */
const twoStepPassport: MessageKind = {
  type: "ICP101",
  title: { zh: "两步申报核放单", en: "two-step gate pass" },
  root: "Sas2sPassPortMessage",
  matches: (root) => envelopeType(root) === "ICP101" || envelopeBody(root, "Sas2sPassPortMessage") !== undefined,
  body: (root) => envelopeBody(root, "Sas2sPassPortMessage"),
  clientKey: (root) => envelopeBody(root, "Sas2sPassPortMessage")?.find("EtpsPreentNo")?.text.trim() ?? "",
  operation: envelopeOperation,
  zip: "required",
  signing: "xmldsig-object",
  receipts: { import: TRADE_IMPORT, business: ["SAS251", "SAS253"] },
};

export const sas: Business = {
  id: "sas",
  title: { zh: "海关特殊监管区域", en: "special supervision areas" },
  folders: ["Sas"],
  refusal: "CommonResponeMessage",
  receiver: "DXPDSWSAS0000001",
  kinds: [
    ...[invt, passport, twoStepPassport],
    enveloped("SAS101", "业务申报表", "business declaration form", ["SAS201", "SAS202", "SAS203"]),
    enveloped("SAS111", "出入库单", "stock-in or stock-out bill", ["SAS211", "SAS212", "SAS213"]),
    enveloped("SAS131", "车辆信息备案", "vehicle record", ["SAS231"]),
    enveloped("BWS101", "物流账册", "logistics account book", ["BWS201"]),
    enveloped("CMB101", "耗料单", "material consumption bill", ["CMB201"]),
  ],
};
