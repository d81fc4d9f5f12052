import { entry } from "./entry.js";
import type { CodeTable } from "./types.js";

const RESULT = "codes.csv SAS.manageResult";
const FIX = ["按退单说明修改后重新申报", "Correct it as the receipt says and declare again"] as const;
const WAIT = ["等待人工审核结果", "Wait for the manual review"] as const;

/** manageResult of HdeApprResult: the official table is not public (domain 1.2), these are what one set of receipts shows. */
const approvals = [
  entry("1", "good", ["审核通过", "approved"], RESULT),
  entry("2", "notice", ["转人工审核", "sent to manual review"], RESULT, { action: WAIT }),
  entry("3", "refused", ["退单", "rejected"], RESULT, { action: FIX }),
  entry("4", "refused", ["处理结果 4，含义未公开", "result 4, whose meaning is not public"], RESULT, {
    action: ["在单一窗口网页查询该单据状态", "Look the document up on the web page"],
  }),
  entry("Y", "good", ["入库成功", "stored"], RESULT),
  entry("Z", "refused", ["入库失败", "not stored"], RESULT, { action: FIX }),
];

/** In gate receipts 1 and 2 mean that the vehicle passed, or did not. */
const gate = [
  entry("1", "good", ["已过卡", "passed the gate"], `${RESULT} (SAS223)`),
  entry("2", "notice", ["未过卡", "did not pass the gate"], `${RESULT} (SAS223)`, {
    action: ["向卡口了解原因，车辆可能需重新过卡", "Ask at the gate; the vehicle may have to pass again"],
  }),
  ...approvals.filter(({ code }) => code !== "1" && code !== "2"),
];

const stored = [
  entry("1", "good", ["子报文入库成功", "the packet was stored"], "codes.csv SAS.EMS200.manageResult"),
  entry("2", "refused", ["子报文入库失败", "the packet was not stored"], "codes.csv SAS.EMS200.manageResult", {
    action: ["按备注修改后，整票重新发送", "Correct it as the remark says and send the whole document again"],
  }),
];

export const approval: CodeTable = {
  list: "SAS.manageResult",
  formats: [
    ...["INV201", "SAS221", "SAS224", "SAS251"],
    // Read as approvals too (lib/receipts/approvals.ts); EMS221 has a list of its own.
    ...["EMS201", "EMS211", "EML211", "BWS201", "CMB201", "SAS201", "SAS211", "SAS231"],
  ],
  entries: approvals,
};

export const gatePass: CodeTable = { list: "SAS.manageResult", formats: ["SAS223", "SAS253"], entries: gate };

export const packetStored: CodeTable = {
  list: "SAS.EMS200.manageResult",
  formats: ["EMS200", "INV200", "SAS200"],
  entries: stored,
};

export const generated: CodeTable = {
  list: "SAS.INV202.manageResult",
  formats: ["INV202"],
  entries: [
    entry("1", "good", ["报关单草稿生成成功", "the declaration was generated"], "codes.csv SAS.INV202.manageResult"),
    entry(
      "2",
      "refused",
      ["报关单草稿生成失败", "the declaration was not generated"],
      "codes.csv SAS.INV202.manageResult",
      {
        cause: ["见回执中的失败原因 reason", "The receipt's reason says why"],
        action: [
          "按原因修改核注清单，或在网页手工录入报关单",
          "Correct the inventory list, or enter the declaration on the web page",
        ],
      },
    ),
  ],
};

/** INV211 has no result; vrfdedMarkcd of the list is its state. */
export const writtenOff: CodeTable = {
  list: "SAS.VrfdedMarkcd",
  formats: ["INV211"],
  entries: [
    entry("0", "notice", ["未核扣", "not written off"], "codes.csv SAS.VrfdedMarkcd", {
      action: ["等待核扣", "Wait for the write-off"],
    }),
    entry("1", "good", ["预核扣", "written off provisionally"], "codes.csv SAS.VrfdedMarkcd"),
    entry("2", "good", ["已核扣", "written off"], "codes.csv SAS.VrfdedMarkcd"),
    entry("3", "good", ["已核销", "settled"], "codes.csv SAS.VrfdedMarkcd"),
  ],
};

/** 报核回执 EMS221. */
const WRITE_OFF = "codes.csv SAS.EMS221.manageResult";
export const writeOff: CodeTable = {
  list: "SAS.EMS221.manageResult",
  formats: ["EMS221"],
  entries: [
    entry("2", "good", ["报核通过", "application approved"], WRITE_OFF),
    entry("3", "refused", ["报核退单", "application rejected"], WRITE_OFF, { action: FIX }),
    entry("5", "good", ["正式核算通过", "accounting approved"], WRITE_OFF),
    entry("6", "refused", ["正式核算退单", "accounting rejected"], WRITE_OFF, { action: FIX }),
    entry("7", "notice", ["差异结果确认", "differences to be confirmed"], WRITE_OFF, {
      action: ["在网页核对并确认差异", "Check and confirm the differences on the web page"],
    }),
    entry("A", "notice", ["报核转人工", "application sent to manual review"], WRITE_OFF, { action: WAIT }),
    entry("B", "notice", ["正式核算转人工", "accounting sent to manual review"], WRITE_OFF, { action: WAIT }),
    entry("Y", "good", ["入库成功", "stored"], WRITE_OFF),
    entry("Z", "refused", ["入库失败", "not stored"], WRITE_OFF, { action: FIX }),
  ],
};
