import { accountBookInventory, manualInventory } from "./bare-inventory.js";
import { invt } from "./sas.js";
import { TRADE_IMPORT, tradeOperation } from "./trade.js";
import type { Business, MessageKind } from "./types.js";

/** 加贸手册备案 (domain 1.2, one producer). */
const manual: MessageKind = {
  type: "NPTS001",
  title: { zh: "加工贸易手册", en: "processing trade manual" },
  root: "EmlMessage",
  matches: (root) => root.name === "EmlMessage",
  body: (root) => root,
  clientKey: (root) => root.textAt("NptsEmlHead/EtpsPreentNo"),
  operation: (root) => tradeOperation(root, root),
  zip: "required",
  signing: "import-info",
  receipts: { import: TRADE_IMPORT, business: ["EML211", "EMS200"] },
};

export const npts: Business = {
  id: "npts",
  title: { zh: "加工贸易手册", en: "processing trade manuals" },
  folders: ["Npts"],
  receiver: "DXPDSWNPTS000001",
  // A list with an envelope may lie here too: SysId says for which system it is (codes.csv SAS.SysId). One without may be
  // for an account book as well.
  kinds: [manual, manualInventory, accountBookInventory, invt],
};
