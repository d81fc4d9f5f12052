import { codeEntry } from "../advice/index.js";
import { envelopePackage, envelopeType } from "../business/envelope.js";
import type { Bilingual } from "../errors.js";
import type { XmlElement } from "../xml/scan.js";
import { timeOf } from "./record.js";
import type { ParsedReceipt, ReceiptFormat } from "./types.js";

/** Where the business data of a package lies: `BussinessData` (official spelling), or `SignedData/Data` of EXP and ACD. */
const PLACES = ["DataInfo/BussinessData", "DataInfo/BusinessData", "DataInfo/SignedData/Data"];

/** Receipts of one type of the package family: `read` gets the opened package, its envelope's facts are put in where it has none. */
export function packageFormat(
  type: string,
  title: Bilingual,
  read: (opened: PackageReceipt) => ParsedReceipt | ParsedReceipt[],
): ReceiptFormat {
  return {
    format: type,
    title,
    matches: (root) => openPackage(root)?.type === type,
    parse(root) {
      const opened = openPackage(root);
      return opened ? withEnvelope(opened, read(opened)) : [];
    },
  };
}

/** The records with the time, file name and message id of the envelope, where they have none of their own. */
export function withEnvelope({ envelope }: PackageReceipt, records: ParsedReceipt | ParsedReceipt[]): ParsedReceipt[] {
  const { at, fileName, messageId } = envelope;
  return [records].flat().map((receipt) => ({
    ...receipt,
    ...(at !== undefined && receipt.at === undefined && { at }),
    ...(fileName && !receipt.fileName && { fileName }),
    ...(messageId && !receipt.messageId && { messageId }),
  }));
}

/** A receipt of the package family (domain 1.2), opened. */
export interface PackageReceipt {
  /** `SAS221`, `EXP312` ...: the name of its body, or else EnvelopInfo/message_type. */
  type: string;
  /** The element that carries what it says; `DataInfo` or the package itself where that is missing. */
  body: XmlElement;
  /** For `record`: what the envelope says. */
  envelope: Pick<ParsedReceipt, "at" | "fileName" | "messageId">;
}

/**
 * Opens a package, with the xmldsig namespace, that of EXP or none, with any prefix, with Signature/Object around it or not;
 * or the bare body, as the schemas of SAS2xx have it. Undefined for what is no package, and for one that says nowhere what
 * it is.
 */
export function openPackage(root: XmlElement): PackageReceipt | undefined {
  // Every format of the family asks.
  if (!opened.has(root)) opened.set(root, open(root));
  return opened.get(root);
}

const opened = new WeakMap<XmlElement, PackageReceipt | undefined>();

function open(root: XmlElement): PackageReceipt | undefined {
  const outer = envelopePackage(root);
  if (!outer) return isType(root.name) ? { type: root.name.toUpperCase(), body: root, envelope: {} } : undefined;
  const named = envelopeType(root);
  const bodies = PLACES.flatMap((place) => outer.at(place)?.children ?? []);
  // What lies in it says more than its label; the label decides between several, and stands in where there is nothing.
  const body = bodies.find(({ name }) => name.toUpperCase() === named) ?? bodies.find(({ name }) => isType(name));
  const type = body?.name.toUpperCase() ?? named;
  if (type === "") return undefined;
  const info = outer.child("EnvelopInfo");
  return {
    type,
    body: body ?? outer.at("DataInfo") ?? outer,
    envelope: {
      at: timeOf(info?.textAt("send_time") ?? ""),
      fileName: info?.textAt("file_name") ?? "",
      messageId: info?.textAt("message_id") ?? "",
    },
  };
}

/** Whether a name is that of a message of the package family: three letters and three digits. */
export function isType(name: string): boolean {
  return /^[A-Z]{3}\d{3}$/i.test(name);
}

/** A field, which customs writes with a small letter in front and others with a capital: `etpsPreentNo`, `EtpsPreentNo`. */
export function fieldOf(element: XmlElement | undefined, name: string): string {
  return childOf(element, name)?.text.trim() ?? "";
}

/** A child in either spelling of case. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.child(name) ?? element?.child(otherCase(name));
}

function otherCase(name: string): string {
  const first = name.charAt(0);
  return (first === first.toLowerCase() ? first.toUpperCase() : first.toLowerCase()) + name.slice(1);
}

/**
 * State fields of a head that say something else than all is well, as `invtStucd=2 退单`, for the text: the result alone
 * would hide them. Their codes are tables of lib/advice under the field's name.
 */
export function stateNotes(head: XmlElement | undefined, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const code = fieldOf(head, name);
    const entry = codeEntry(name, code);
    return entry && entry.outcome !== "good" ? [`${name}=${code} ${entry.meaning.zh}`] : [];
  });
}

/** Texts as one, each once. */
export function joined(texts: readonly string[]): string {
  return [...new Set(texts.filter(Boolean))].join("; ");
}

/** `CheckInfo/note`, one or many, as texts. */
export function checkNotes(body: XmlElement): string[] {
  return body.children
    .filter(({ name }) => name === "CheckInfo")
    .flatMap(({ children }) => children.filter(({ name }) => name === "note").map((note) => note.text.trim()));
}
