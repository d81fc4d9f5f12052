import type { XmlElement } from "../xml/scan.js";
import type { PreflightContext } from "./types.js";

/** Where the heads of the business data stand below the body (formats/inv101.csv, sas121.csv, icp101.csv). */
const HEADS: Readonly<Record<string, string>> = {
  INV101: "InvtHeadType",
  SAS121: "PassportHead",
  ICP101: "Sas2sPassportHead",
};

/** Where the producer's own key stands below the body (domain A). */
const KEYS: Readonly<Record<string, string>> = {
  DEC: "DecSign/ClientSeqNo",
  INV101: "InvtHeadType/EtpsInnerInvtNo",
  SAS121: "PassportHead/EtpsPreentNo",
  ICP101: "Sas2sPassportHead/EtpsPreentNo",
};

/** Head of a 金二 document. */
export function headOf({ kind, body }: PreflightContext): XmlElement | undefined {
  const name = HEADS[kind?.type ?? ""];
  return name === undefined ? undefined : body.child(name);
}

/** Path of the key below the body, or undefined when the kind is not known. */
export function keyPath(type: string): string | undefined {
  return type.startsWith("MT") ? "Head/MessageID" : KEYS[type];
}

/** The deepest element that exists on the way to `path`: where an absence is reported. */
export function nearest(from: XmlElement, path: string): XmlElement {
  let element = from;
  for (const step of path.split("/")) {
    const child = element.child(step);
    if (!child) break;
    element = child;
  }
  return element;
}

/** The company that signs: the card's where it is known, else the client's setting; and which of the two it is. */
export function companyOf({ card, client }: PreflightContext): { code: string; zh: string; en: string } {
  if (card && card.companyCode !== "") return { code: card.companyCode, zh: "操作卡", en: "the card" };
  return { code: client.customsCode, zh: "客户端设置", en: "the client's setting" };
}

/** Is `element` inside `ancestor`, or the element itself? By position, without climbing the tree. */
export function within(element: XmlElement, ancestor: XmlElement): boolean {
  return element.start >= ancestor.start && element.end <= ancestor.end;
}
