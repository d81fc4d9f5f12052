import type { XmlElement } from "../xml/scan.js";
import type { Business, MessageKind } from "./types.js";

/** Request number -> its receipt and title (domain 1.4, formats/codes.csv CEB.messageType). */
const REQUESTS: readonly (readonly [request: string, receipt: string, zh: string, en: string])[] = [
  ["311", "312", "进口订单", "import order"],
  ["411", "412", "进口支付单", "payment"],
  ["511", "512", "进口运单", "import waybill"],
  ["513", "514", "运单状态", "waybill status"],
  ["621", "622", "进口清单", "import inventory"],
  ["623", "624", "撤销申请", "cancellation of an import inventory"],
  ["625", "626", "退货申请", "return of imported goods"],
  ["711", "712", "入库明细单", "stock-in list"],
  ["213", "214", "出口退货申请", "return of exported goods"],
  ["215", "216", "出口退货明细", "detail of an export return"],
  ["303", "304", "出口订单", "export order"],
  ["403", "404", "出口收款单", "collection"],
  ["505", "506", "出口运单", "export waybill"],
  ["507", "508", "运抵单", "arrival"],
  ["509", "510", "离境单", "departure"],
  ["603", "604", "出口清单", "export inventory"],
  ["605", "606", "出口撤销申请", "cancellation of an export inventory"],
  ["607", "608", "清单总分单", "master and house list"],
  ["701", "702", "汇总申请单", "summary application"],
];

/** Further receipts: 电子税单 of an import inventory, 汇总结果单 of a summary application (formats/receipts.csv). */
const FURTHER: Readonly<Record<string, readonly string[]>> = {
  "621": ["CEB816Message", "CEB818Message"],
  "701": ["CEB792Message"],
};

/** What an order, payment, waybill or list is called, by the producer. The first that is there names the part. */
export const OWN_NUMBERS = ["copNo", "coElNo", "orderNo", "payTransactionId", "payNo", "logisticsNo"];

/**
 * Up to 100 orders or lists in one message, each with a head of its own: receipts answer them one by one, by the head's guid and
 * numbers, while the guid on the root may be the message's alone.
 */
function partsOf(message: XmlElement | undefined): { name: string; keys: string[] }[] {
  const heads = (message?.children ?? []).map(
    (entity) => entity.children.find(({ name }) => name.endsWith("Head")) ?? entity,
  );
  return heads
    .filter((head) => head.child("guid"))
    .map((head) => {
      const guid = head.textAt("guid");
      const numbers = OWN_NUMBERS.map((name) => head.textAt(name)).filter(Boolean);
      return { name: numbers[0] ?? guid, keys: [guid, ...numbers].filter(Boolean) };
    })
    .filter(({ keys }) => keys.length > 0);
}

/**
 * The message itself, bare, or the one in a wrapper that does not hide it. Key: the guid on the root, which the receipt
 * repeats (domain 1.4).
 */
function kind([request, receipt, zh, en]: (typeof REQUESTS)[number]): MessageKind {
  const root = `CEB${request}Message`;
  const own = (element: XmlElement) => (element.name === root ? element : undefined);
  const format = `CEB${receipt}Message`;
  return {
    type: `CEB${request}`,
    title: { zh, en },
    root,
    matches: (element) => own(element) !== undefined,
    body: own,
    clientKey: (element) => own(element)?.attributes.get("guid") ?? "",
    parts: (element) => partsOf(own(element)),
    // The head of the first order or list: new, changed or deleted, stored or declared.
    operation: (element) =>
      ["appType", "appStatus"]
        .map((name) => own(element)?.find(name)?.text.trim() ?? "")
        .join(" ")
        .trim(),
    zip: "optional",
    signing: "ceb",
    receipts: { import: [format, "CEB900Message"], business: [format, ...(FURTHER[request] ?? [])] },
  };
}

export const ceb: Business = {
  id: "ceb",
  title: { zh: "跨境电商", en: "cross-border e-commerce" },
  folders: ["ImpCeb", "ExpCeb"],
  folderTitles: {
    ImpCeb: { zh: "跨境电商进口", en: "cross-border e-commerce, imports" },
    ExpCeb: { zh: "跨境电商出口", en: "cross-border e-commerce, exports" },
  },
  refusal: "CEB",
  receiver: "DXPDSWIMPCEB0001",
  kinds: REQUESTS.map(kind),
};
