import type { Bilingual } from "../errors.js";
import type { XmlElement } from "../xml/scan.js";

/** One message type of a business: how it is recognised, keyed, packed and signed. */
export interface MessageKind {
  /** `DEC`, `INV101`, `MT1401` ...; a Manifest's type is read from its namespace, see `manifest.ts`. */
  type: string;
  title: Bilingual;
  /** Local name of the root element, or of the element that carries the business data inside an envelope. */
  root: string;
  /** Does this document belong to the kind? `root` is the document's root element. Decides by content alone. */
  matches(root: XmlElement): boolean;
  /** The element that carries the business data: the root itself, or `InvtMessage` inside its envelope. */
  body(root: XmlElement): XmlElement | undefined;
  /** The producer's own key that the import receipt repeats; empty when it is absent. */
  clientKey(root: XmlElement): string;
  /**
   * The orders, lists or bills in it that receipts answer one by one: what each is called, and every number that a receipt may
   * name it by. Absent where a document is one whole.
   */
  parts?(root: XmlElement): { name: string; keys: readonly string[] }[];
  /**
   * What is to be done with the document, where its type says so: stored or declared, new, changed or cancelled. Two documents
   * of one key with different operations are two documents.
   */
  operation?(root: XmlElement): string;
  /** Further numbers in it that a receipt may name it, or a part of it, by: of its orders, lists, bills. None by default. */
  partKeys?(root: XmlElement): string[];
  /** The key is the company's, not the document's: it tells no two documents apart, and no repeat either. */
  sharedKey?: true;
  /** `required`: the Single Window takes it only as a ZIP (faq 16, domain A); `optional`: bare XML or ZIP. */
  zip: "optional" | "required";
  /** Name of the signing profile in `lib/signing/profiles/`. */
  signing: string;
  /** No public source says how it is signed and packed: a row of its folder that says it goes before what stands here. */
  guessed?: true;
  /** Formats of the receipts that can answer it, as `Receipt.format` names them. */
  receipts: { import: readonly string[]; business: readonly string[] };
}

/** One business: a family of folders and the message types that may lie in them. */
export interface Business {
  id: string;
  title: Bilingual;
  /** Folder codes under the root, matched without case (domain 2). */
  folders: readonly string[];
  /** What some of the folders are called where they hold only a part of the business, by code (domain 2). */
  folderTitles?: Readonly<Record<string, Bilingual>>;
  /**
   * The form of the import receipt that programs of this business read, for what we refuse ourselves (`lib/receipts/refusals/`, field 4);
   * `Root` where none is known that says nothing but "failed".
   */
  refusal: "DecImportResponse" | "CommonResponeMessage" | "HTRES4" | "CEB" | "Root";
  /** What the official client calls the file of a business receipt by, before the 18-digit number and the message id (field 4). */
  receiptName?: string;
  /** The receiver of a DXP envelope (domain 2); empty where it is not known. */
  receiver: string;
  kinds: readonly MessageKind[];
}
