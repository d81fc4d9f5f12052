import { enveloped } from "./enveloped.js";
import type { Business } from "./types.js";

/** 保税货物流转 (customs' own schemas; the folder from one producer, domain 2). */
export const nbhl: Business = {
  id: "nbhl",
  title: { zh: "保税货物流转", en: "transfers of bonded goods" },
  folders: ["Nbhl"],
  refusal: "CommonResponeMessage",
  receiver: "",
  kinds: [
    enveloped("BHL101", "保税货物流转申报表", "declaration of a transfer of bonded goods", ["BHL201", "BHL241"]),
    enveloped("BHL111", "保税货物流转收发货单", "bill of a transfer of bonded goods", ["BHL211"]),
  ],
};
