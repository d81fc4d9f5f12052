import type { Business, MessageKind } from "./types.js";

/** 代理委托 (domain 1.5, one source). The own number comes back in few receipts; ConsignNo is the later key. */
const agreement: MessageKind = {
  type: "ACD",
  title: { zh: "代理委托", en: "agency agreement" },
  root: "ImportAgrRequest",
  matches: (root) => root.name === "ImportAgrRequest",
  body: (root) => root,
  clientKey: (root) => root.textAt("OperInfo/CopCusCode"),
  operation: (root) => root.textAt("OperInfo/OperType"),
  // The own customs code: a company makes many agreements.
  sharedKey: true,
  zip: "optional",
  signing: "oper-info",
  receipts: { import: ["ImportAgrResponse"], business: ["ACD002"] },
};

export const acd: Business = {
  id: "acd",
  title: { zh: "代理委托", en: "agency agreements" },
  folders: ["Acd"],
  // Sources disagree on what ResponseCode 1 means.
  refusal: "Root",
  receiver: "",
  kinds: [agreement],
};
