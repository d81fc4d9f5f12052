import type { MessageKind } from "../../business/index.js";
import type { XmlElement } from "../../xml/scan.js";

/** A document that we refuse ourselves, as its producer is told. */
export interface Refusal {
  /** Of ours or the official client's (design, "Codes"). */
  code: string;
  /** What the official client would say, in one line or several. */
  info: string | readonly string[];
  /** The same in one text with our code and advice, without secrets. */
  text: string;
  /** Milliseconds since the epoch. */
  at: number;
  document: { messageType: string; business: string; clientKey: string };
  /** Its content, where it can be read and its type is known. */
  content?: { kind: MessageKind; root: XmlElement } | undefined;
}

/** A refusal as a file. */
export interface RefusalFile {
  /** As `Receipt.format` names it. */
  format: string;
  bytes: Buffer;
}
