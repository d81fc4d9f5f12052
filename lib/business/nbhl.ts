import type { Business } from "./types.js";

/** 保税货物流转: BHL101, BHL111 in the envelope of 金关二期. The receiver is not public. */
export const nbhl: Business = {
  id: "nbhl",
  title: { zh: "保税货物流转", en: "transfer of bonded goods" },
  folders: ["Nbhl"],
  receiver: "",
  kinds: [],
};
