import type { Bilingual } from "./errors.js";

export type Environment = "test" | "production";

/** That an element is empty, no date, out of its order, or too long. */
export type CheckAbout = "empty" | "date" | "order" | "length";

/** One finding of `validate-xsd` or `preflight` about a document (design, "The message"). */
export interface Check {
  /** `SW-XSD` or `SW-RULE-<rule>`. */
  rule: string;
  severity: "error" | "warning";
  /** Path of local names from the root, with a 1-based index where a name repeats: `DecMessage/DecLists/DecList[2]/GQty`. */
  path: string;
  /** 1-based line in the XML as the producer wrote it; 0 where none is known. */
  line: number;
  /** 1-based column, where known. */
  column?: number;
  /** Entry of the ZIP that the line counts in; absent for a bare XML. */
  entry?: string;
  /** What was found. */
  text: Bilingual;
  /** What to do about it. */
  advice: Bilingual;
  /** Set where a schema and a rule may find the same of the same element. */
  about?: CheckAbout;
}

/** A signature over the exact bytes to be sent (profile `detached`). */
export interface DetachedSignature {
  profile: string;
  /** `rsa-sha256`, `rsa-sha1`, `sm2-sm3`. */
  algorithm: string;
  /** Base64, one line. */
  value: string;
  /** The certificate's number as the card gives it, lower-case hex. */
  certificateNumber: string;
  /** DER as base64, one line. */
  certificate: string;
  /** Of the bytes that were signed, lower-case hex: mq-send sends no others under this signature. */
  sha256?: string;
}

/** `msg.document`: the handle on a claim that a message carries (design, "The message"). */
export interface DocumentHandle {
  id: string;
  environment: Environment;
  clientId: string;
  /** Folder code as it stands on disk, e.g. `DecCus001`. */
  business: string;
  fileName: string;
  size: number;
  /** Lower-case hex over the file's bytes as claimed. */
  sha256: string;
  /** `DEC`, `INV101`, `MT1401` ...; empty when the content was not recognised. */
  messageType: string;
  /** The producer's own key: ClientSeqNo, EtpsInnerInvtNo, MessageID, guid ...; empty when there is none. */
  clientKey: string;
  /** 1 for the first way through the flow. */
  attempt: number;
  possibleDuplicate: boolean;
  /** Milliseconds since the epoch; the fixed time that a packed ZIP carries, so that a repeat gives identical bytes. */
  claimedAt: number;
  signature?: DetachedSignature;
  checks?: Check[];
  /** The document's XML as an object, also out of a ZIP, where validate-xsd is set to add it (`lib/xml/object.ts`). */
  data?: Readonly<Record<string, unknown>>;
  /** Preflight rules that are set to a warning or off: the card's own checks follow them. */
  waived?: string[];
}

/**
 * How a receipt found its document: by a number (domain 0, item 4); `oldest`: by one that several waited with at the same
 * time, of which the one that was sent first got it, or one that has arrived for certain; `doubtful`: by a number too, while another number in it
 * is none of that document's; by the name of a file, or because only one document waited at that time. The last four are guesses, to be
 * checked. Empty: no document, none yet while nobody knows which of several has arrived, or a local receipt of our own.
 */
export type MatchedBy = "seqNo" | "clientKey" | "customsNo" | "oldest" | "doubtful" | "fileName" | "time" | "";

/**
 * What a receipt says about its document. `good` needs nobody; `notice` is no refusal, but somebody has to wait or do
 * something; `refused` is a refusal or failure. `unknown` says nothing of success: the code stands in no table, or there
 * is none. Such a receipt is shown as it is, changes no document's state, and is reported once.
 */
export type ReceiptOutcome = "good" | "notice" | "refused" | "unknown";

/**
 * `import`: whether the data centre took a document. `business`: what customs says of it. `local`: our own word. `subscription`: no
 * answer, but a declaration that the platform hands to its subscriber, whoever made it.
 */
export type ReceiptKind = "import" | "business" | "local" | "subscription";

/** `msg.receipt`: a receipt in one shape, whatever its format (design, "The message"). */
export interface Receipt {
  kind: ReceiptKind;
  /** Root or message type it was recognised by: `DecImportResponse`, `INV201`, `HTRES4` ... */
  format: string;
  outcome: ReceiptOutcome;
  /** The outcome in short: `good` and `notice` are, `refused` and `unknown` are not. */
  ok: boolean;
  code: string;
  text: string;
  clientKey: string;
  /** The data centre's 18-digit number (SeqNo, CUS_CIQ_NO, invtPreentNo). Always a string: leading zeros count. */
  seqNo: string;
  /** Customs' own number (ENTRY_ID, bondInvtNo, passportNo). */
  customsNo: string;
  /**
   * The one order, list or bill of the document that it speaks of, by the number that the receipt names it with (orderNo,
   * copNo, bill number); empty when it speaks of the document as a whole. One message gives a receipt for each.
   */
  part: string;
  statusCode: string;
  statusText: string;
  /** Filled for each receipt that is not plainly good. */
  advice: Bilingual | null;
  /** The document that it answers, or null. */
  documentId: string | null;
  /** By which number, or last resort, that document was found. */
  matchedBy: MatchedBy;
  /** The receipt's own time where it has one, else when we took it; milliseconds since the epoch. */
  at: number;
}
