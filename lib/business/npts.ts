import { INVENTORY_RECEIPTS, invt, TRADE_IMPORT } from "./sas.js";
import type { Business, MessageKind } from "./types.js";

/** 加贸手册备案 (domain 1.2, one producer). */
const manual: MessageKind = {
  type: "NPTS001",
  title: { zh: "加工贸易手册", en: "processing trade manual" },
  root: "EmlMessage",
  matches: (root) => root.name === "EmlMessage",
  body: (root) => root,
  clientKey: (root) => root.textAt("NptsEmlHead/EtpsPreentNo"),
  operation: (root) => `${root.textAt("ImportInfo/OpType")} ${root.textAt("NptsEmlHead/DclTypecd")}`.trim(),
  zip: "required",
  signing: "import-info",
  receipts: { import: TRADE_IMPORT, business: ["EML211", "EMS200"] },
};

/** 手册核注清单: a bare InvtMessage with ImportInfo, no envelope (domain 1.2, one producer). */
const manualInventory: MessageKind = {
  type: "NPTS301",
  title: { zh: "手册核注清单", en: "inventory list of a manual" },
  root: "InvtMessage",
  matches: (root) => root.name === "InvtMessage" && root.child("ImportInfo") !== undefined,
  body: (root) => root,
  clientKey: (root) => root.textAt("InvtHeadType/EtpsInnerInvtNo"),
  operation: (root) => `${root.textAt("ImportInfo/OpType")} ${root.textAt("InvtHeadType/DclTypecd")}`.trim(),
  zip: "required",
  signing: "import-info",
  receipts: { import: TRADE_IMPORT, business: INVENTORY_RECEIPTS },
};

export const npts: Business = {
  id: "npts",
  title: { zh: "加工贸易手册", en: "processing trade manuals" },
  folders: ["Npts"],
  receiver: "DXPDSWNPTS000001",
  // A list with an envelope may lie here too: SysId says for which system it is (codes.csv SAS.SysId).
  kinds: [manual, manualInventory, invt],
};
