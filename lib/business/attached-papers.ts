import type { XmlElement } from "../xml/scan.js";
import { headOf, textInAnyCase } from "./keys.js";
import { TRADE_IMPORT } from "./trade-receipts.js";
import type { Business, MessageKind } from "./types.js";

/** `NemsAcmpRLMessage`, `SasAcmpRLMessage` ...: one form for four systems, each list row names one file (two producers). */
const ROOT = /^(Nems|Npts|Sas|Nbhl)AcmpRLMessage$/;

const rows = (root: XmlElement) => root.children.filter(({ name }) => /AcmpRL(?:List|Type)$/.test(name));

/**
 * 加贸随附单据: which papers belong to which list. `BlsNo` is the number of the list that they belong to, and one list may get
 * several such messages: the files' own names tell them apart.
 */
const papers: MessageKind = {
  type: "ACMP",
  title: { zh: "加工贸易随附单据", en: "papers attached to a bonded document" },
  root: "AcmpRLMessage",
  matches: (root) => ROOT.test(root.name),
  body: (root) => root,
  clientKey: (root) => rows(root)[0]?.textAt("FileName") || headNumber(root),
  operation: (root) => textInAnyCase(rows(root)[0], "ModfMarkCD"),
  partKeys: (root) => [headNumber(root), ...rows(root).map((row) => row.textAt("FileName"))],
  zip: "required",
  signing: "detached",
  guessed: true,
  receipts: { import: TRADE_IMPORT, business: [] },
};

/** The number of the list; it stands in the message's head or in each row. */
function headNumber(root: XmlElement): string {
  return textInAnyCase(headOf(root), "BlsNo") || textInAnyCase(rows(root)[0], "BlsNo");
}

export const acmp: Business = {
  id: "acmp",
  title: { zh: "加工贸易随附单据", en: "papers attached to bonded documents" },
  folders: ["Acmp"],
  refusal: "CommonResponeMessage",
  receiver: "DXPDSWACMP000001",
  kinds: [papers],
};

/** 报关单随附单据, handed in by themselves: EdocRealation at the root, or in a message of that name (domain 1.1, one folder). */
const edocs: MessageKind = {
  type: "EDOC",
  title: { zh: "报关单随附单据", en: "papers attached to a declaration" },
  root: "EdocRealation",
  matches: (root) => isEdoc(root) || (root.name !== "DecMessage" && root.children.some(isEdoc)),
  body: (root) => root,
  clientKey: (root) => (isEdoc(root) ? root : root.children.find(isEdoc))?.textAt("EdocID") ?? "",
  partKeys: (root) => root.children.filter(isEdoc).map((edoc) => edoc.textAt("EdocID")),
  zip: "optional",
  signing: "detached",
  guessed: true,
  receipts: { import: ["DecImportResponse"], business: [] },
};

/** Both spellings: the official one lacks an order of letters. */
function isEdoc({ name }: XmlElement): boolean {
  return name === "EdocRealation" || name === "EdocRelation";
}

export const edoc: Business = {
  id: "edoc",
  title: { zh: "随附单据", en: "attached papers" },
  folders: ["Decedoc001"],
  refusal: "DecImportResponse",
  receiver: "DXPDSWDECEDOC002",
  kinds: [edocs],
};
