import type { XmlElement } from "../xml/scan.js";
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

/** The request's head: the named one, or the message itself, as one tool writes it (formats/decmod_partial.csv). */
const amendmentHead = (root: XmlElement) => root.child("DecModHead") ?? root;

/**
 * 修撤单 (formats/decmod_partial.csv, one source). Its own number is not public: the number of the declaration that it wants
 * changed is all that a receipt can name.
 */
const amendment: MessageKind = {
  type: "DECMOD",
  title: { zh: "报关单修改、撤销申请", en: "request to amend or cancel a declaration" },
  root: "DecModMessage",
  matches: (root) => root.name === "DecModMessage",
  body: (root) => root,
  clientKey: (root) => amendmentHead(root).textAt("DecModSeqNo") || amendmentHead(root).textAt("EntryId"),
  operation: (root) => [amendmentHead(root).textAt("DecModType"), amendmentHead(root).textAt("OperType")].join("/"),
  partKeys: (root) => ["EntryId", "DecSeqNo"].map((name) => amendmentHead(root).textAt(name)),
  zip: "optional",
  signing: "detached",
  // It has a Sign of its own that the one public tool wants filled; over what is not public.
  guessed: true,
  receipts: { import: ["DecImportResponse"], business: ["HzApprovalResult"] },
};

const QUARANTINE = { zh: "报检", en: "inspection and quarantine" };

export const dec: Business = {
  id: "dec",
  title: { zh: "报关单", en: "customs declarations" },
  folders: ["DecCus001", "DecCus201", "DecCus301", "DecCus401", "DecCiq001", "DecCiq101", "DecCiq201", "DecCus102"],
  // 修撤 from one project; that DECCIQ are the ones for 报检 is a reading of the table's 报关单/报检. What tells 001, 201, 301 and 401 apart is
  // not public.
  folderTitles: {
    DecCus102: { zh: "报关单修改、撤销", en: "amendments and cancellations of declarations" },
    DecCiq001: QUARANTINE,
    DecCiq101: QUARANTINE,
    DecCiq201: QUARANTINE,
  },
  refusal: "DecImportResponse",
  receiptName: "DECCUS004",
  receiver: "DXPDSWDEC0000002",
  kinds: [declaration, amendment],
};
