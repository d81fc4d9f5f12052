import { accountBookInventory, manualInventory } from "./bare-inventory.js";
import { envelopeBody, envelopeType } from "./envelope.js";
import { invt, TRADE_IMPORT } from "./sas.js";
import type { Business, MessageKind } from "./types.js";

/** 加贸账册 (domain 1.2, customs-side schema; the enterprise side may write the names with a capital). */
const accountBook: MessageKind = {
  type: "EMS111",
  title: { zh: "加工贸易账册", en: "processing trade account book" },
  root: "EMS111",
  matches: (root) => envelopeType(root) === "EMS111" || envelopeBody(root, "EMS111") !== undefined,
  body: (root) => envelopeBody(root, "EMS111"),
  clientKey: (root) => {
    const body = envelopeBody(root, "EMS111");
    return (body?.find("etpsPreentNo") ?? body?.find("EtpsPreentNo"))?.text.trim() ?? "";
  },
  zip: "required",
  signing: "xmldsig-object",
  receipts: { import: TRADE_IMPORT, business: ["EMS211", "EMS221", "EMS200"] },
};

export const nems: Business = {
  id: "nems",
  title: { zh: "加工贸易账册", en: "processing trade account books" },
  folders: ["Nems"],
  receiver: "DXPDSWNEMS000001",
  kinds: [accountBook, accountBookInventory, manualInventory, invt],
};
