import { millis17 } from "../../china-time.js";
import { el, fields, type Markup } from "../../write-xml.js";
import { business, type Shape, type Wanted } from "./types.js";
import { prefixed, utf8, withAttributes } from "./written.js";

const CEB = "http://www.chinaport.gov.cn/ceb";
/** 7 stands in no list: nothing may be read into it. */
const CODES = [
  "2",
  "1",
  "3",
  "4",
  "100",
  "120",
  "300",
  "399",
  "500",
  "501",
  "502",
  "503",
  "599",
  "700",
  "800",
  "899",
  "-304001",
  "7",
];

/** Receipt -> the request that it answers, the name of its return, and what a part of the request is called in it (receipts.csv). */
const RETURNS: readonly (readonly [receipt: string, request: string, name: string, own: string])[] = [
  ["312", "311", "OrderReturn", "orderNo"],
  ["412", "411", "PaymentReturn", "payTransactionId"],
  ["512", "511", "LogisticsReturn", "logisticsNo"],
  ["514", "513", "LogisticsStatusReturn", "logisticsNo"],
  ["622", "621", "InventoryReturn", "copNo"],
  ["624", "623", "InvtCancelReturn", "copNo"],
  ["626", "625", "InvtRefundReturn", "copNo"],
  ["712", "711", "DeliveryReturn", "copNo"],
  ["214", "213", "RefundReturn", "coElNo"],
  ["216", "215", "InvtRefundDetailReturn", "coElNo"],
  ["304", "303", "OrderReturn", "orderNo"],
  ["404", "403", "ReceiptsReturn", "orderNo"],
  ["506", "505", "LogisticsReturn", "logisticsNo"],
  ["508", "507", "ArrivalReturn", "copNo"],
  ["510", "509", "DepartureReturn", "copNo"],
  ["604", "603", "InventoryReturn", "copNo"],
  ["606", "605", "InvtCancelReturn", "copNo"],
  ["608", "607", "WayBillReturn", "copNo"],
  ["702", "701", "SummaryReturn", "copNo"],
];

const entity = (name: string, own: string, of: Wanted): Markup =>
  el(
    name,
    fields({
      guid: of.key,
      [own]: "P1",
      preNo: of.seqNo,
      invtNo: of.customsNo,
      returnStatus: of.code,
      returnTime: millis17(of.at),
      returnInfo: of.text,
    }),
  );
const message = (name: string, of: Wanted, children: readonly Markup[], guid = of.key): Markup =>
  el(name, children, { guid, version: "1.0" });
const both = (root: (of: Wanted) => Markup): Shape["variants"] => ({
  "prefix ceb:": (of) => utf8(withAttributes(prefixed("ceb", root(of)), { "xmlns:ceb": CEB })),
  "default namespace": (of) => utf8(withAttributes(root(of), { xmlns: CEB })),
});

const prefix: Shape["prefix"] = (code) =>
  ["1", "2", "3"].includes(code) ? "Successed" : code.startsWith("-") ? "Failed" : "Receipt";

const returns = RETURNS.map(
  ([receipt, request, name, own]): Shape => ({
    format: `CEB${receipt}Message`,
    answers: `CEB${request}`,
    // The whole list once, at the inventory; the others by a good and a bad one.
    codes: receipt === "622" ? CODES : ["2", "800", "100"],
    variants: {
      ...both((of) => message(`CEB${receipt}Message`, of, [entity(name, own, of)])),
      "the message's guid is not ours": (of) =>
        utf8(
          withAttributes(
            message(`CEB${receipt}Message`, of, [entity(name, own, of)], "00000000-0000-4000-8000-00000000ABCD"),
            {
              xmlns: CEB,
            },
          ),
        ),
    },
    prefix,
  }),
);

const formatError: Shape = {
  format: "CEB900Message",
  answers: "CEB311",
  codes: ["-1"],
  variants: both((of) =>
    message("CEB900Message", of, [
      el(
        "MessageReturn",
        fields({
          guid: of.key,
          returnStatus: of.code,
          returnTime: millis17(of.at),
          returnInfo: of.text,
          oriCopMsgId: "M1",
          oriMessageType: "CEB311Message",
        }),
      ),
    ]),
  ),
  prefix: () => "Failed",
};

const tax: Shape = {
  format: "CEB816Message",
  answers: "CEB621",
  codes: ["", "ALL", "DATA", "RET", "1", "2", "3"],
  variants: both((of) =>
    message("CEB816Message", of, [
      el("Tax", [
        el("TaxHeadRd", fields({ guid: of.key, invtNo: of.customsNo, taxNo: "T1", status: of.code, note: of.text })),
      ]),
    ]),
  ),
  prefix: business,
};

const taxStatus: Shape = {
  format: "CEB818Message",
  answers: "CEB621",
  codes: ["1", "2", "3", "ALL", "DATA", "RET"],
  variants: both((of) =>
    message("CEB818Message", of, [
      el("Tax", [el("TaxHeadStatus", fields({ guid: of.key, invtNo: of.customsNo, taxNo: "T1", status: of.code }))]),
    ]),
  ),
  prefix: business,
};

const summary: Shape = {
  format: "CEB792Message",
  answers: "CEB701",
  codes: [""],
  variants: both((of) =>
    message("CEB792Message", of, [
      el("SummaryResult", [
        el(
          "SummaryResultHead",
          fields({ guid: of.key, sumNo: of.customsNo, entryId: "000020241000000001", note: of.text }),
        ),
      ]),
    ]),
  ),
  prefix: business,
};

export const ceb: readonly Shape[] = [...returns, formatError, tax, taxStatus, summary];
