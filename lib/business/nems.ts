import { accountBookInventory, manualInventory } from "./bare-inventory.js";
import { enveloped } from "./enveloped.js";
import { invt } from "./sas.js";
import type { Business } from "./types.js";

export const nems: Business = {
  id: "nems",
  title: { zh: "加工贸易账册", en: "processing trade account books" },
  folders: ["Nems"],
  refusal: "CommonResponeMessage",
  receiver: "DXPDSWNEMS000001",
  kinds: [
    enveloped("EMS111", "加工贸易账册", "processing trade account book", [
      "EMS211",
      "EMS212",
      "EMS221",
      "EMS241",
      "EMS200",
    ]),
    enveloped("EMS101", "加工贸易企业档案", "archive of a processing trade company", ["EMS201"]),
    enveloped("EMS121", "账册报核", "write-off of an account book", ["EMS221"]),
    ...[accountBookInventory, manualInventory, invt],
  ],
};
