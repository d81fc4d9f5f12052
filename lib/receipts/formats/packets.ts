import { PACKETS } from "../../advice/codes/fields.js";
import { childOf, fieldOf, joined, type PackageReceipt, packageFormat } from "../envelope.js";
import { answersOf, looksLikeSeqNo, statusRecord, timeOf } from "../record.js";
import type { ParsedReceipt, ReceiptFormat } from "../types.js";

/** Type, Chinese, English (formats/receipts.csv, formats/customs-side). */
const TYPES: readonly (readonly [type: string, zh: string, en: string])[] = [
  ["INV200", "核注清单子报文入库回执", "inventory list: packet stored"],
  ["SAS200", "特殊监管区子报文入库回执", "special supervision area: packet stored"],
  ["EMS200", "账册子报文入库回执", "account book: packet stored"],
  ["EML200", "手册子报文入库回执", "processing manual: packet stored"],
  ["BWS200", "物流账册子报文入库回执", "logistics account book: packet stored"],
];

/** 子报文入库回执: one packet of a document was stored, or was not. */
export const formats: readonly ReceiptFormat[] = TYPES.map(([type, zh, en]) =>
  packageFormat(type, { zh, en }, (opened) => packetRecord(type, opened)),
);

/**
 * `MsgReceResult`, or HdeApprResult in its place. Whose number etpsPreentNo is here is known by its form only. resutType
 * (spelled so) says what the packet is of; one receipt type serves several systems.
 */
export function packetRecord(type: string, { body }: Pick<PackageReceipt, "body">): ParsedReceipt {
  const result = childOf(body, "MsgReceResult") ?? childOf(body, "HdeApprResult") ?? body;
  const number = fieldOf(result, "etpsPreentNo");
  const kind = fieldOf(result, "resutType");
  const approval = PACKETS.find(([code]) => code === kind)?.[1];
  const total = fieldOf(result, "totalPocketQty");
  return statusRecord({
    format: type,
    code: fieldOf(result, "manageResult"),
    text: joined([fieldOf(result, "rmk"), Number(total) > 1 ? `${fieldOf(result, "curPocketNo")}/${total}` : ""]),
    ...(looksLikeSeqNo(number) ? { seqNo: number } : { clientKey: number }),
    otherKeys: [number, fieldOf(result, "pocketId")],
    customsNo: fieldOf(result, "bizNo") || fieldOf(result, "businessId"),
    answers: approval ? answersOf(approval) : answersOf(type),
    at: timeOf(fieldOf(result, "manageDate")),
  });
}
