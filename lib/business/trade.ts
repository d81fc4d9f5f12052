import type { Bilingual } from "../errors.js";
import type { XmlElement } from "../xml/scan.js";
import { envelopePackage, envelopeType } from "./envelope.js";
import { headOf, textInAnyCase } from "./keys.js";
import type { MessageKind } from "./types.js";

/** Import receipts of everything in 金关二期. */
export const TRADE_IMPORT: readonly string[] = ["CommonResponseMessage"];
/** What customs answers to a 核注清单. */
export const INVENTORY_RECEIPTS: readonly string[] = ["INV201", "INV202", "INV211"];

/** Own numbers of a head, the first that is there wins; `…PreentNo` of customs' own names is the 18-digit number. */
const OWN_NUMBERS = ["EtpsInnerInvtNo", "EtpsInnerNo", "EtpsPreentNo", "TrfoutEtpsInnerNo", "CnsnEtpsInnerNo"];
/** Numbers of the partner in a transfer: either company may be ours. */
const PARTNERS = ["TrfinEtpsInnerNo", "RcvgdEtpsInnerNo"];

/** The business data of an envelope, whatever it is called; what says only how it is meant stands beside it. */
export function envelopeData(root: XmlElement): XmlElement | undefined {
  const data = envelopePackage(root)?.at("DataInfo/BussinessData");
  return data?.children.find(({ name, children }) => name !== "DelcareFlag" && children.length > 0);
}

/** Declaration type of the head, and whether it is declared or only stored (`DelcareFlag`, formats/codes.csv). */
export function tradeOperation(root: XmlElement, body: XmlElement | undefined): string {
  const flag =
    envelopePackage(root)?.textAt("DataInfo/BussinessData/DelcareFlag") || (body?.textAt("DelcareFlag") ?? "");
  const type = body ? textInAnyCase(headOf(body), "DclTypecd") : "";
  return [type, flag].join("/").replace(/^\/$/, "");
}

/** The own number in a head of the family. */
export function tradeKey(body: XmlElement | undefined): string {
  if (!body) return "";
  const head = headOf(body);
  return OWN_NUMBERS.map((name) => textInAnyCase(head, name)).find(Boolean) ?? "";
}

/** A message in the envelope of 金关二期 (domain 1.2): always a ZIP, one way to sign, one import receipt. */
export function tradeKind(of: {
  type: string;
  title: Bilingual;
  /** Element of the business data; empty = whatever lies in `BussinessData`. */
  root: string;
  /** Own number, where it stands somewhere else than in heads of the family. */
  clientKey?: (body: XmlElement) => string;
  business: readonly string[];
}): MessageKind {
  const body = (root: XmlElement) => {
    const data = envelopePackage(root)?.at("DataInfo/BussinessData");
    return of.root === "" ? envelopeData(root) : data?.child(of.root);
  };
  const clientKey = (root: XmlElement) => {
    const found = body(root);
    return found ? (of.clientKey ?? tradeKey)(found) : "";
  };
  return {
    type: of.type,
    title: of.title,
    root: of.root || of.type,
    matches: (root) => envelopeType(root) === of.type || (of.root !== "" && body(root) !== undefined),
    body,
    clientKey,
    operation: (root) => tradeOperation(root, body(root)),
    partKeys(root) {
      const found = body(root);
      return found ? PARTNERS.map((name) => textInAnyCase(headOf(found), name)) : [];
    },
    zip: "required",
    signing: "xmldsig-object",
    receipts: { import: TRADE_IMPORT, business: of.business },
  };
}

/** `SAS101`, `EMS111`: what enterprises send begins its number with 1; its approval is the same with 2 (formats/customs-side). */
const REQUEST = /^([A-Z]{3})1(\d\d)$/;

/** Any other message in the envelope, known by nothing but its `message_type`. Undefined for what is none. */
export function anyTradeKind(root: XmlElement): MessageKind | undefined {
  const type = envelopeType(root);
  return envelopeData(root) && TYPE.test(type) ? tradeKindOf(type) : undefined;
}

/** What message types may look like: the name ends up in headers, rows and texts. */
const TYPE = /^[A-Z][A-Z0-9_-]{1,29}$/;

function tradeKindOf(type: string): MessageKind {
  const [, system, number] = REQUEST.exec(type) ?? [];
  return tradeKind({
    type,
    title: { zh: `金关二期报文 ${type}`, en: `message ${type} in the envelope of 金关二期` },
    root: "",
    business: system === undefined ? [] : [`${system}2${number}`],
  });
}
