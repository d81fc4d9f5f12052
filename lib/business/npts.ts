import { accountBookInventory, manualInventory } from "./bare-inventory.js";
import { enveloped } from "./enveloped.js";
import { invt } from "./sas.js";
import { TRADE_IMPORT } from "./trade-receipts.js";
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

export const npts: Business = {
  id: "npts",
  title: { zh: "加工贸易手册", en: "processing trade manuals" },
  folders: ["Npts"],
  refusal: "CommonResponeMessage",
  receiver: "DXPDSWNPTS000001",
  // A list with an envelope may lie here too: SysId says for which system it is (codes.csv SAS.SysId). One without may be
  // for an account book as well.
  kinds: [
    ...[manual, manualInventory, accountBookInventory, invt],
    enveloped("EML111", "加工贸易手册", "processing trade manual", ["EML211", "EML212", "EML241"]),
    enveloped("EML121", "手册报核", "write-off of a manual", ["EML221"]),
  ],
};
