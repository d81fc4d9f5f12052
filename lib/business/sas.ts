import { INVENTORY_RECEIPTS, tradeKind } from "./trade.js";
import type { Business } from "./types.js";

/** 核注清单. Key: domain 1.2; it comes back as `EtpsPreentNo` of the import receipt. ZIP only (domain 0, item 9). */
export const invt = tradeKind({
  type: "INV101",
  title: { zh: "核注清单", en: "bonded inventory list" },
  root: "InvtMessage",
  clientKey: (body) => body.textAt("InvtHeadType/EtpsInnerInvtNo"),
  business: INVENTORY_RECEIPTS,
});

/** 核放单 (domain 1.2). */
const passport = tradeKind({
  type: "SAS121",
  title: { zh: "核放单", en: "gate pass" },
  root: "PassPortMessage",
  clientKey: (body) => body.textAt("PassportHead/EtpsPreentNo"),
  business: ["SAS221", "SAS223", "SAS224"],
});

/** 两步核放 (domain A, one source). */
const twoStepPassport = tradeKind({
  type: "ICP101",
  title: { zh: "两步申报核放单", en: "two-step gate pass" },
  root: "Sas2sPassPortMessage",
  clientKey: (body) => body.find("EtpsPreentNo")?.text.trim() ?? "",
  business: ["SAS251", "SAS253"],
});

export const sas: Business = {
  id: "sas",
  title: { zh: "海关特殊监管区域", en: "special supervision areas" },
  folders: ["Sas"],
  receiver: "DXPDSWSAS0000001",
  kinds: [invt, passport, twoStepPassport],
};
