import type { Receipt } from "../document.js";
import type { Bilingual } from "../errors.js";
import type { XmlElement } from "../xml/scan.js";

/** A receipt as read from its bytes, before it is matched to a document and given advice. */
export type ParsedReceipt = Omit<Receipt, "documentId" | "matchedBy" | "advice" | "at"> & {
  /** The receipt's own time, milliseconds since the epoch, where it carries one. */
  at?: number;
  /** Which message types of ours it can answer (`MessageKind.type`); empty = any. */
  answers: readonly string[];
  /**
   * Further numbers in it that may be a key of ours, tried after `clientKey`: a message's guid, copNo, orderNo, the bills of a
   * manifest, Response/ID.
   */
  otherKeys?: readonly string[];
  /** The receipt's own message id, where it carries one: EnvelopInfo/message_id, or CopMsgId of the DxpMsg around it. */
  messageId?: string;
  /** Name of the file that it answers, where it says so (DxpMsg AddInfo/FileName, EnvelopInfo/file_name). */
  fileName?: string;
};

/**
 * One receipt format. A module of `formats/` exports `formats`, the one or the family that it reads; the index is found from
 * the folder. What a code of it means stands in `lib/advice/codes/`.
 */
export interface ReceiptFormat {
  /** As `Receipt.format` names it, or, for a family, the name that stands for it. */
  format: string;
  title: Bilingual;
  /** Of all formats one fits at most; a `last` one is only asked when no other does. */
  matches(root: XmlElement): boolean;
  /** One receipt may answer several documents or parts of one, hence the list. Missing fields come back empty; never throws for them. */
  parse(root: XmlElement): ParsedReceipt[];
  /** It reads what a family has in common, for those of it that no other format knows. */
  last?: true;
}
