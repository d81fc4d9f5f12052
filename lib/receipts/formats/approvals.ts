import { type CodeEntry, codeEntry } from "../../advice/index.js";
import type { XmlElement } from "../../xml/scan.js";
import { checkNotes, childOf, fieldOf, joined, packageFormat, stateNotes } from "../envelope.js";
import { looksLikeSeqNo, statusRecord, timeOf } from "../record.js";
import type { ParsedReceipt, ReceiptFormat } from "../types.js";

/** The head of an approval: its element, and which of its fields are numbers that we match by or states worth a word. */
interface Head {
  head: string;
  /** The data centre's 18-digit number. */
  seqNo?: string;
  /** Customs' own number. */
  customsNo?: string;
  /** The enterprise's own number; of two companies that take part each may be ours. */
  own?: readonly string[];
  states?: readonly string[];
}

const INVENTORY: Head = {
  head: "BondInvtBsc",
  seqNo: "invtPreentNo",
  customsNo: "bondInvtNo",
  own: ["etpsInnerInvtNo"],
  states: ["invtStucd"],
};
const GATE_PASS: Head = {
  head: "SasPassportBsc",
  seqNo: "sasPassportPreentNo",
  customsNo: "passportNo",
  states: ["stucd", "emapvMarkcd"],
};
const TWO_STEP: Head = { ...GATE_PASS, head: "Sas2stepPassportBsc" };
const APPLICATION: Head = {
  head: "SasDclBsc",
  seqNo: "sasDclPreentNo",
  customsNo: "sasDclNo",
  states: ["emapvMarkcd"],
};
const STOCK: Head = {
  head: "SasStockBsc",
  seqNo: "sasStockPreentNo",
  customsNo: "sasStockNo",
  states: ["emapvMarkcd"],
};
const VEHICLE: Head = { head: "SasVehicleBsc", seqNo: "dclPreentNo", states: ["emapvMarkcd"] };
const BOOK: Head = { head: "EmsPutrecBsc", seqNo: "etpsPreentNo", customsNo: "emsNo" };
const MANUAL: Head = { head: "EmlPutrecBsc", seqNo: "etpsPreentNo", customsNo: "emlNo" };
const TRANSFER: Head = {
  head: "RotateDclBsc",
  seqNo: "rotateDclPreentNo",
  customsNo: "rotateDclNo",
  own: ["trfoutEtpsInnerNo", "trfinEtpsInnerNo"],
  states: ["emapvMarkcd"],
};

/** Type, Chinese, English, head (formats/receipts.csv, formats/customs-side). */
const APPROVALS: readonly (readonly [type: string, zh: string, en: string, head: Head])[] = [
  ["INV201", "核注清单审核回执", "inventory list: approval", INVENTORY],
  ["SAS201", "业务申报表审核回执", "application form: approval", APPLICATION],
  ["SAS202", "业务申报表暂停、恢复回执", "application form: suspended or resumed", APPLICATION],
  ["SAS211", "出入库单审核回执", "stock document: approval", STOCK],
  ["SAS212", "出入库单修改回执", "stock document: change", STOCK],
  ["SAS221", "核放单审核回执", "gate pass: approval", GATE_PASS],
  ["SAS222", "核放单修改回执", "gate pass: change", GATE_PASS],
  ["SAS223", "核放单过卡回执", "gate pass: gate", GATE_PASS],
  ["SAS224", "核放单查验回执", "gate pass: inspection", GATE_PASS],
  ["SAS231", "车辆信息审核回执", "vehicle: approval", VEHICLE],
  ["SAS251", "两步申报核放单审核回执", "two-step gate pass: approval", TWO_STEP],
  ["SAS253", "两步申报核放单过卡回执", "two-step gate pass: gate", TWO_STEP],
  [
    "BWS201",
    "物流账册审核回执",
    "logistics account book: approval",
    { head: "BwsBsc", seqNo: "etpsPreentNo", customsNo: "bwsNo" },
  ],
  [
    "CMB201",
    "耗料单审核回执",
    "material use list: approval",
    { head: "SasCmbBsc", seqNo: "sasCmbPreentNo", customsNo: "cmbNo" },
  ],
  [
    "EMS201",
    "档案库审核回执",
    "company archive: approval",
    { head: "EtArcrpBsc", seqNo: "etpsPreentNo", customsNo: "etArcrpNo" },
  ],
  ["EMS211", "账册设立、变更审核回执", "account book: approval", BOOK],
  [
    "EMS212",
    "账册单耗质疑、磋商回执",
    "account book: consumption questioned",
    { head: "EmsUcnsTqcnNtflBsc", customsNo: "putrecNo" },
  ],
  [
    "EMS221",
    "账册报核回执",
    "account book: write-off",
    { head: "EmsChgoffBsc", customsNo: "emsNo", states: ["emapvMarkcd"] },
  ],
  ["EMS241", "账册部分修改、暂停、恢复回执", "account book: changed, suspended or resumed", BOOK],
  ["EML211", "手册设立、变更审核回执", "processing manual: approval", MANUAL],
  [
    "EML212",
    "手册单耗质疑、磋商回执",
    "processing manual: consumption questioned",
    { head: "EmlUcnsTqcnNtflBsc", customsNo: "putrecNo" },
  ],
  [
    "EML221",
    "手册报核回执",
    "processing manual: write-off",
    { head: "EmlChgoffBsc", customsNo: "emlNo", states: ["emapvMarkcd"] },
  ],
  ["EML241", "手册部分修改、暂停、恢复回执", "processing manual: changed, suspended or resumed", MANUAL],
  ["BHL201", "保税货物流转申请表备案、变更回执", "bonded transfer application: approval", TRANSFER],
  [
    "BHL211",
    "保税货物流转收发货申报回执",
    "bonded transfer delivery: approval",
    { head: "RotateRvsngdBlBsc", customsNo: "rotateRvsngdBlNo", own: ["cnsnEtpsInnerNo", "rcvgdEtpsInnerNo"] },
  ],
  ["BHL241", "保税货物流转申请表暂停、恢复回执", "bonded transfer application: suspended or resumed", TRANSFER],
];

/**
 * Approvals of 金关二期: `HdeApprResult`, common to all, and the head of what was approved. HdeApprResult/etpsPreentNo is the
 * 18-digit number, not the own one (domain 0, item 5), which is why it never becomes `clientKey`; businessId is customs' number.
 */
export const formats: readonly ReceiptFormat[] = APPROVALS.map(([type, zh, en, head]) =>
  packageFormat(type, { zh, en }, ({ body }) => approvalRecord(type, body, head)),
);

/** An approval with what its head adds to `HdeApprResult`; `{ head: "" }` for one whose head is not known. */
export function approvalRecord(type: string, body: XmlElement, of: Head): ParsedReceipt {
  const result = childOf(body, "HdeApprResult");
  const head = childOf(body, of.head);
  const inHead = (name: string | undefined) => (name ? fieldOf(head, name) : "");
  const number = fieldOf(result, "etpsPreentNo");
  const own = (of.own ?? []).map(inHead).filter(Boolean);
  return statusRecord(
    {
      format: type,
      code: fieldOf(result, "manageResult"),
      text: joined([
        fieldOf(result, "rmk"),
        ...checkNotes(body),
        ...stateNotes(head, of.states ?? []),
        ...(result ? [] : marksOf(head)),
      ]),
      clientKey: own[0] ?? "",
      // Where it has not the form of an 18-digit number it may be the own one after all.
      otherKeys: [...own.slice(1), looksLikeSeqNo(number) ? "" : number],
      seqNo: inHead(of.seqNo) || number,
      customsNo: inHead(of.customsNo) || fieldOf(result, "businessId"),
      at: timeOf(fieldOf(result, "manageDate")),
    },
    (entry) => statusOf(entry, fieldOf(result, "typecd")),
  );
}

/** CMB201 has no HdeApprResult by its table: what its head is marked with is shown, the lists are not public. */
function marksOf(head: XmlElement | undefined): string[] {
  return ["emapvMarkcd", "emapvStucd"].flatMap((name) => {
    const mark = fieldOf(head, name);
    return mark === "" ? [] : [`${name}=${mark}`];
  });
}

/**
 * What was approved or refused: with typecd 2 a change, with 3 a cancellation. That a cancellation was approved is nothing
 * good for who takes it for the document itself.
 */
function statusOf({ meaning }: CodeEntry, typecd: string): string {
  if (typecd !== "2" && typecd !== "3") return meaning.zh;
  const asked = codeEntry("typecd", typecd)?.meaning.zh ?? typecd;
  // 已核扣 in brackets is about a list that stays.
  return `${asked}申请：${typecd === "3" ? meaning.zh.replace(/（[^）]*）$/, "") : meaning.zh}`;
}
