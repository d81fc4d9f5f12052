import type { XmlElement } from "../xml/scan.js";

/** A receipt that a platform hands on: `PlatImpRet{RetHead/CopMsgId, RetBizData/X}` (domain 1.3). */
export interface HandedOn {
  /** X, the receipt proper; undefined when there is none in it. */
  content: XmlElement | undefined;
  /** The message id that our document was handed in under. */
  messageId: string;
}

/** Undefined for what is not handed on. */
export function handedOn(root: XmlElement): HandedOn | undefined {
  if (root.name !== "PlatImpRet") return undefined;
  return { content: root.child("RetBizData")?.children[0], messageId: root.textAt("RetHead/CopMsgId") };
}
