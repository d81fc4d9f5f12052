import type { Business, MessageKind } from "./types.js";

/** 报关单. Root and key: domain 1.1; the key is echoed as `ClientSeqNo` in the import receipt (faq 14). */
const declaration: MessageKind = {
  type: "DEC",
  title: { zh: "报关单", en: "customs declaration" },
  root: "DecMessage",
  // Real files come with the dec namespace, without one, with any prefix, and inside ImportMessage (formats, sample shapes).
  matches: (root) =>
    root.name === "DecMessage" || (root.name === "ImportMessage" && root.find("DecMessage") !== undefined),
  body: (root) => root.find("DecMessage"),
  clientKey: (root) => root.find("DecMessage")?.textAt("DecSign/ClientSeqNo") ?? "",
  operation: (root) => root.find("DecMessage")?.textAt("DecSign/OperType") ?? "",
  zip: "optional",
  signing: "detached",
  receipts: { import: ["DecImportResponse"], business: ["DEC_RESULT", "TRN_RESULT"] },
};

export const dec: Business = {
  id: "dec",
  title: { zh: "报关单", en: "customs declarations" },
  folders: ["DecCus001", "DecCus201", "DecCus301", "DecCus401", "DecCiq001", "DecCiq101", "DecCiq201", "DecCus102"],
  receiver: "DXPDSWDEC0000002",
  kinds: [declaration],
};
