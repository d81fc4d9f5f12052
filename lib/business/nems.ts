import { accountBookInventory, manualInventory } from "./bare-inventory.js";
import { invt } from "./sas.js";
import { tradeKind } from "./trade.js";
import type { Business } from "./types.js";

/** 加贸账册 (domain 1.2, customs-side schema; the enterprise side may write the names with a capital). */
const accountBook = tradeKind({
  type: "EMS111",
  title: { zh: "加工贸易账册", en: "processing trade account book" },
  root: "EMS111",
  clientKey: (body) => (body.find("etpsPreentNo") ?? body.find("EtpsPreentNo"))?.text.trim() ?? "",
  business: ["EMS211", "EMS221", "EMS200"],
});

export const nems: Business = {
  id: "nems",
  title: { zh: "加工贸易账册", en: "processing trade account books" },
  folders: ["Nems"],
  receiver: "DXPDSWNEMS000001",
  kinds: [accountBook, accountBookInventory, manualInventory, invt],
};
