import { codeEntry } from "../advice/index.js";
import { envelopePackage } from "../business/envelope.js";
import type { XmlElement } from "../xml/scan.js";
import { looksLikeSeqNo, statusRecord, timeOf } from "./record.js";
import type { ParsedReceipt, ReceiptFormat } from "./types.js";

/** What a package receipt says beside its envelope. */
export type EnvelopeFields = Pick<ParsedReceipt, "code"> & Partial<Omit<ParsedReceipt, "format" | "kind" | "fileName">>;

/** Where the business data of a package lies: `BussinessData` (official spelling), or `SignedData/Data` of EXP and ACD. */
const PLACES = ["DataInfo/BussinessData", "DataInfo/BusinessData", "DataInfo/SignedData/Data"];

/** The element of this name in a package, with or without the xmldsig namespace, its prefix, or Signature/Object around. */
function packageBody(root: XmlElement, type: string): XmlElement | undefined {
  const envelope = envelopePackage(root);
  if (!envelope) return undefined;
  for (const place of PLACES) {
    const body = envelope.at(place)?.child(type);
    if (body) return body;
  }
  // The type is in the envelope but the data lies elsewhere, or is missing: still that receipt, with what it has.
  return envelope.textAt("EnvelopInfo/message_type") === type ? (envelope.at("DataInfo") ?? envelope) : undefined;
}

/** A format of the package family (domain 1.2): the envelope is read here, the rest by `read`. */
export function packageFormat(type: string, read: (body: XmlElement) => EnvelopeFields): ReceiptFormat {
  return {
    format: type,
    matches: (root) => packageBody(root, type) !== undefined,
    parse(root) {
      const body = packageBody(root, type) ?? root;
      const info = envelopePackage(root)?.child("EnvelopInfo");
      const fields = read(body);
      return [
        statusRecord({
          ...fields,
          format: type,
          at: fields.at ?? timeOf(info?.textAt("send_time") ?? ""),
          fileName: info?.textAt("file_name") ?? "",
        }),
      ];
    },
  };
}

/** `CheckInfo/note`, one or many, and the remark, as one text. */
function checkNotes(body: XmlElement, remark: string): string {
  const notes: string[] = remark === "" ? [] : [remark];
  for (const check of body.children) {
    if (check.name !== "CheckInfo") continue;
    for (const note of check.children) if (note.name === "note") notes.push(note.text.trim());
  }
  return joined(notes);
}

/**
 * State fields of a head that say something else than all is well, as `invtStucd=2 退单`, for the text: the result alone
 * would hide them. Their codes are tables of lib/advice under the field's name.
 */
export function stateNotes(head: XmlElement | undefined, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const code = head?.textAt(name) ?? "";
    const entry = codeEntry(name, code);
    return entry && entry.outcome !== "good" ? [`${name}=${code} ${entry.meaning.zh}`] : [];
  });
}

/** Texts as one, each once. */
export function joined(texts: readonly string[]): string {
  return [...new Set(texts.filter(Boolean))].join("; ");
}

/**
 * `HdeApprResult`, common to INV201 and the gate passes. Its `etpsPreentNo` is the 18-digit number, not the own one
 * (domain 0, item 5), which is why it never becomes `clientKey`; businessId is customs' number.
 */
export function approvalFields(body: XmlElement): EnvelopeFields {
  const result = body.child("HdeApprResult");
  const field = (name: string) => result?.textAt(name) ?? "";
  return {
    code: field("manageResult"),
    text: checkNotes(body, field("rmk")),
    seqNo: field("etpsPreentNo"),
    customsNo: field("businessId"),
    at: timeOf(field("manageDate")),
  };
}

/** INV200, SAS200, EMS200: one packet was stored. Whose number `etpsPreentNo` is here is told by its form only. */
export function storedFields(body: XmlElement): EnvelopeFields {
  const result = body.child("MsgReceResult") ?? body;
  const number = result.textAt("etpsPreentNo");
  return {
    code: result.textAt("manageResult"),
    text: result.textAt("rmk"),
    ...(looksLikeSeqNo(number) ? { seqNo: number } : { clientKey: number }),
    otherKeys: [number],
    customsNo: result.textAt("bizNo"),
    at: timeOf(result.textAt("manageDate")),
  };
}

/** SAS221, 223, 224: the gate pass. The own number is not in them (domain 0, item 4). */
export function gatePassFields(body: XmlElement, head: string): EnvelopeFields {
  const fields = approvalFields(body);
  const pass = body.child(head);
  return {
    ...fields,
    text: joined([fields.text ?? "", ...stateNotes(pass, ["stucd", "emapvMarkcd"])]),
    seqNo: pass?.textAt("sasPassportPreentNo") || (fields.seqNo ?? ""),
    customsNo: pass?.textAt("passportNo") || (fields.customsNo ?? ""),
  };
}
