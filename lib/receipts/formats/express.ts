import type { Bilingual } from "../../errors.js";
import type { XmlElement } from "../../xml/scan.js";
import { joined, packageFormat } from "../envelope.js";
import { recordByCode, statusRecord, timeOf } from "../record.js";
import type { ParsedReceipt, ReceiptFormat } from "../types.js";

/** Receipts of 快件, express consignments (formats/express): SignedData/Data, the bill numbers as keys. */
const express = (
  type: string,
  title: Bilingual,
  read: (body: XmlElement) => ParsedReceipt | ParsedReceipt[],
): ReceiptFormat => packageFormat(type, title, ({ body }) => read(body));

const bills = (element: XmlElement | undefined) => [
  element?.textAt("AssBillNo") ?? "",
  element?.textAt("BillNo") ?? "",
];

/** OpResult of the declaration, sent to the sender of the manifest as well. */
const exp302 = express("EXP302", { zh: "快件报关单回执", en: "express declaration: result" }, (body) => {
  const head = body.find("EntryHead") ?? body;
  return recordByCode({
    format: "EXP302",
    code: head.textAt("OpResult"),
    text: head.textAt("Notes"),
    seqNo: head.textAt("PreEntryId"),
    customsNo: head.textAt("EntryId"),
    otherKeys: bills(head),
    at: timeOf(head.textAt("OpTime")),
  });
});

/** Which agreement it is only its parties and dates say, which are no numbers of ours. */
const exp308 = express("EXP308", { zh: "快件报关委托协议回执", en: "express agency agreement: result" }, (body) => {
  const parties = ["AgentCode", "TradeCode", "BeginDate", "EndDate"].map((name) => body.textAt(name)).filter(Boolean);
  return recordByCode({
    format: "EXP308",
    code: body.textAt("OpResult"),
    text: joined([body.textAt("Notes"), parties.join(" ")]),
    at: timeOf(body.textAt("OpTime")),
  });
});

/** The manifest's result in the head, and one for each house bill. `AssBillNo` parts, `BillNo` is the manifest's own key. */
const exp312 = express("EXP312", { zh: "快件舱单回执", en: "express manifest: result" }, (body) => {
  const head = body.child("ExpMftHead");
  const lists = body.children.filter(({ name }) => name === "ExpMftList");
  const one = (element: XmlElement | undefined, part: string) =>
    recordByCode({
      format: "EXP312",
      code: element?.textAt("RtnFlag") ?? "",
      text: element?.textAt("Notes") ?? "",
      clientKey: element?.textAt("BillNo") || (head?.textAt("BillNo") ?? ""),
      otherKeys: [part],
      part,
      at: timeOf(element?.textAt("EntryDate") ?? ""),
    });
  const rows = lists.map((list) => one(list, list.textAt("AssBillNo")));
  return head || rows.length === 0 ? [one(head, ""), ...rows] : rows;
});

/** Data of customs that carry no result: what was changed, what was levied. */
const informing = (type: string, title: Bilingual, head: string, amounts: readonly string[] = []) =>
  express(type, title, (body) => {
    const data = body.child(head);
    const entries = body.children.filter(({ name }) => name === "EntryList").map((entry) => entry.textAt("EntryId"));
    const levied = amounts.flatMap((name) => {
      const amount = data?.textAt(name) ?? "";
      return Number(amount) > 0 ? [`${name}=${amount}`] : [];
    });
    return statusRecord({
      format: type,
      code: "",
      outcome: data ? "good" : "unknown",
      text: joined(levied),
      // Of a manifest the bill number is its own key.
      clientKey: head === "ExpMftHead" ? (data?.textAt("BillNo") ?? "") : "",
      seqNo: data?.textAt("PreEntryId") ?? "",
      customsNo: data?.textAt("EntryId") || (entries[0] ?? ""),
      otherKeys: bills(data),
      at: timeOf(data?.textAt("OpTime") ?? ""),
    });
  });

export const formats: readonly ReceiptFormat[] = [
  exp302,
  exp308,
  exp312,
  informing("EXP304", { zh: "快件报关单修改同步", en: "express declaration: amendment sent over" }, "EntryHead"),
  informing("EXP306", { zh: "快件汇总纳税清单同步", en: "express: collected duties sent over" }, "DutyFormHead"),
  informing("EXP310", { zh: "快件报关单税费信息", en: "express declaration: duties" }, "EntryDuty", [
    "RealDuty",
    "RealTax",
    "RealReg",
    "RealAnti",
    "RealRsv1",
    "RealRsv2",
    "RealNcad",
  ]),
  informing("EXP311", { zh: "快件舱单数据", en: "express manifest: data" }, "ExpMftHead"),
];
