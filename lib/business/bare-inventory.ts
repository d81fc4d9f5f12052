import type { XmlElement } from "../xml/scan.js";
import { INVENTORY_RECEIPTS, TRADE_IMPORT } from "./trade-receipts.js";
import type { MessageKind } from "./types.js";

/** A 核注清单 without envelope: InvtMessage with ImportInfo, as producers write it for manuals and account books (domain 1.2). */
function bareInventory(type: string, zh: string, en: string, matches: (type: string) => boolean): MessageKind {
  return {
    type,
    title: { zh, en },
    root: "InvtMessage",
    matches: (root) => isBareInventory(root) && matches(root.textAt("ImportInfo/MessageType").toUpperCase()),
    body: (root) => root,
    clientKey: (root) => root.textAt("InvtHeadType/EtpsInnerInvtNo"),
    operation: (root) => `${root.textAt("ImportInfo/OpType")} ${root.textAt("InvtHeadType/DclTypecd")}`.trim(),
    zip: "required",
    signing: "import-info",
    receipts: { import: TRADE_IMPORT, business: INVENTORY_RECEIPTS },
  };
}

const isBareInventory = (root: XmlElement) => root.name === "InvtMessage" && root.child("ImportInfo") !== undefined;

export const accountBookInventory = bareInventory(
  "NEMS301",
  "账册核注清单",
  "inventory list of an account book",
  (type) => type === "NEMS301",
);

export const manualInventory = bareInventory(
  "NPTS301",
  "手册核注清单",
  "inventory list of a manual",
  (type) => type !== "NEMS301",
);
