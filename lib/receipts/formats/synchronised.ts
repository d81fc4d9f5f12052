import { childOf, fieldOf, packageFormat } from "../envelope.js";
import { looksLikeSeqNo, statusRecord } from "../record.js";
import type { ReceiptFormat } from "../types.js";

/** Type, Chinese, English, element of the data, the 18-digit number, customs' number, own numbers (formats/customs-side). */
const TYPES: readonly (readonly [
  type: string,
  zh: string,
  en: string,
  head: string,
  seqNo: string,
  customsNo: string,
  own?: readonly string[],
])[] = [
  ["SAS203", "业务申报表数据同步", "application form: data sent over", "SasDclBsc", "sasDclPreentNo", "sasDclNo"],
  ["SAS213", "出入库单数据同步", "stock document: data sent over", "SasStockBsc", "sasStockPreentNo", "sasStockNo"],
  ["EMS301", "账册数据同步", "account book: data sent over", "EmsPutrecBsc", "etpsPreentNo", "emsNo"],
  ["EML301", "手册数据同步", "processing manual: data sent over", "EmlPutrecBsc", "etpsPreentNo", "emlNo"],
  [
    "BHL301",
    "保税货物流转申请表数据同步",
    "bonded transfer application: data sent over",
    "RotateDclBsc",
    "rotateDclPreentNo",
    "rotateDclNo",
    ["trfoutEtpsInnerNo", "trfinEtpsInnerNo"],
  ],
  // A request of our side for a receipt to be sent again; whoever reads a folder of old files meets it among them.
  [
    "INV141",
    "核注清单回执补发申请",
    "inventory list: receipt asked for again",
    "ReceiptDclHead",
    "etpsPreentNo",
    "businessId",
  ],
  [
    "EMS141",
    "账册、手册回执补发申请",
    "account book: receipt asked for again",
    "ReceiptDclHead",
    "etpsPreentNo",
    "businessId",
  ],
  [
    "BHL141",
    "流转回执补发申请",
    "bonded transfer: receipt asked for again",
    "ReceiptDclHead",
    "etpsPreentNo",
    "businessId",
  ],
];

/** Data that customs holds, sent over: they carry no result, so there is nothing that could be bad. */
export const formats: readonly ReceiptFormat[] = TYPES.map(([type, zh, en, head, seqNo, customsNo, own = []]) =>
  packageFormat(type, { zh, en }, ({ body }) => {
    const data = childOf(body, head);
    const number = fieldOf(data, seqNo);
    const mine = own.map((name) => fieldOf(data, name)).filter(Boolean);
    return statusRecord({
      format: type,
      code: "",
      outcome: data ? "good" : "unknown",
      text: fieldOf(data, "rmk"),
      clientKey: mine[0] ?? "",
      otherKeys: [...mine.slice(1), looksLikeSeqNo(number) ? "" : number],
      seqNo: number,
      customsNo: fieldOf(data, customsNo),
    });
  }),
);
