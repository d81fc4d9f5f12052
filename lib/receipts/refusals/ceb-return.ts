import { timeStamp } from "../../files/names.js";
import { escapeText } from "../../xml/escape.js";
import type { Refusal, RefusalFile } from "./types.js";
import { element, localFile } from "./written.js";

/** Receipt -> the name of its return, and of the producer's own number in it (formats/receipts.csv). */
const RETURNS: Readonly<Record<string, readonly [name: string, own: string]>> = {
  CEB312Message: ["OrderReturn", "orderNo"],
  CEB412Message: ["PaymentReturn", "payTransactionId"],
  CEB512Message: ["LogisticsReturn", "logisticsNo"],
  CEB514Message: ["LogisticsStatusReturn", "logisticsNo"],
  CEB622Message: ["InventoryReturn", "copNo"],
  CEB624Message: ["InvtCancelReturn", "copNo"],
  CEB626Message: ["InvtRefundReturn", "copNo"],
  CEB712Message: ["DeliveryReturn", "copNo"],
  CEB214Message: ["RefundReturn", "coElNo"],
  CEB216Message: ["InvtRefundDetailReturn", "coElNo"],
  CEB304Message: ["OrderReturn", "orderNo"],
  CEB404Message: ["ReceiptsReturn", "orderNo"],
  CEB506Message: ["LogisticsReturn", "logisticsNo"],
  CEB508Message: ["ArrivalReturn", "copNo"],
  CEB510Message: ["DepartureReturn", "copNo"],
  CEB604Message: ["InventoryReturn", "copNo"],
  CEB606Message: ["InvtCancelReturn", "copNo"],
  CEB608Message: ["WayBillReturn", "copNo"],
  CEB702Message: ["SummaryReturn", "copNo"],
};

/** Below zero: 处理异常 (formats/codes.csv CEB.returnStatus). */
const FAILED = "-1";

/** Characters of returnInfo (formats/receipts.csv). */
const LONGEST = 1000;

/**
 * 跨境电商回执 of a failure (domain 1.4): one return for each order or list, by the guid of its head, since that is what programs look for
 * (field 3). Undefined where the message cannot be read, or has no return of its own.
 */
export function cebReturn({ code, text, at, document, content }: Refusal): RefusalFile | undefined {
  const format = content?.kind.receipts.import[0] ?? "";
  const [name, own] = RETURNS[format] ?? [];
  if (!content || name === undefined || own === undefined) return undefined;
  const parts = content.kind.parts?.(content.root) ?? [];
  const answered = parts.length > 0 ? parts : [{ name: "", keys: [document.clientKey] }];
  const returns = answered.map((part) =>
    element(name, [
      element("guid", part.keys[0] ?? ""),
      element(own, part.name),
      element("returnStatus", FAILED),
      element("returnTime", timeStamp(at)),
      element("returnInfo", text.slice(0, LONGEST)),
    ]),
  );
  const guid = escapeText(document.clientKey).replaceAll('"', "&quot;");
  const root = element(format, returns, ` xmlns="http://www.chinaport.gov.cn/ceb" guid="${guid}" version="1.0"`);
  return { format, bytes: localFile(root, code) };
}
