import type { Receipt } from "../document.js";
import type { XmlElement } from "../xml/scan.js";

/** A receipt as read from its bytes, before it is matched to a document and given advice. */
export type ParsedReceipt = Omit<Receipt, "documentId" | "matchedBy" | "advice" | "at"> & {
  /** The receipt's own time, milliseconds since the epoch, where it carries one. */
  at?: number;
  /** Which message types of ours it can answer (`MessageKind.type`); empty = any. */
  answers: readonly string[];
  /** Further numbers in it that may be an own key of ours, tried after `clientKey`: an entity's guid, copNo, Response/ID. */
  otherKeys?: readonly string[];
  /** Name of the file that it answers, where it says so (DxpMsg AddInfo/FileName, EnvelopInfo/file_name). */
  fileName?: string;
};

/** One receipt format: adding one is adding a file to `lib/receipts/` and a line to its index. */
export interface ReceiptFormat {
  format: string;
  matches(root: XmlElement): boolean;
  /** One receipt may answer several documents, hence the list. Never throws on missing fields: they come back empty. */
  parse(root: XmlElement): ParsedReceipt[];
}
