import type { XmlElement } from "../xml/scan.js";

/**
 * The 金二 envelope: `Signature/Object/Package/{EnvelopInfo, DataInfo/BussinessData/X}` (domain 1.2). `Signature` and
 * `Object` may be missing when the producer leaves all signing to the client.
 */
export function envelopePackage(root: XmlElement): XmlElement | undefined {
  if (root.name === "Package") return root;
  if (root.name === "Signature") return root.at("Object/Package");
  return undefined;
}

/** `EnvelopInfo/message_type`, upper case; empty when there is no envelope. */
export function envelopeType(root: XmlElement): string {
  return envelopePackage(root)?.textAt("EnvelopInfo/message_type").toUpperCase() ?? "";
}

/** The element below `BussinessData` (official spelling) that carries the business data. */
export function envelopeBody(root: XmlElement, name: string): XmlElement | undefined {
  return envelopePackage(root)?.at("DataInfo/BussinessData")?.child(name);
}

/** Stored or declared, and new, changed or cancelled, as the envelope and the head of its message say (formats/inv101.csv). */
export function envelopeOperation(root: XmlElement): string {
  const data = envelopePackage(root)?.at("DataInfo/BussinessData");
  if (!data) return "";
  const type = data.find("DclTypecd") ?? data.find("dclTypecd");
  return `${data.textAt("DelcareFlag")} ${type?.text.trim() ?? ""}`.trim();
}

/**
 * `2/3` for the second of three packets that make up one document (PocketInfo, formats/README.md), which have one number of
 * their own; empty when it goes whole.
 */
export function envelopePacket(root: XmlElement): string {
  const pocket = envelopePackage(root)?.at("DataInfo/PocketInfo");
  const total = pocket?.textAt("total_pocket_qty") ?? "";
  return pocket && Number(total) > 1 ? `${pocket.textAt("cur_pocket_no")}/${total}` : "";
}
