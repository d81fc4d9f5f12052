import { entry } from "../entry.js";
import type { CodeEntry, CodeTable } from "../types.js";

const RESULT = "codes.csv SAS.manageResult";
const FIX = ["按退单说明修改后重新申报", "Correct it as the receipt says and declare again"] as const;
const WAIT = ["等待人工审核结果", "Wait for the manual review"] as const;

/** manageResult of `HdeApprResult` (domain 1.2). */
const approved = entry("1", "good", ["审核通过", "approved"], RESULT);
const byHand = entry("2", "notice", ["转人工审核", "sent to manual review"], RESULT, { action: WAIT });
const others: readonly CodeEntry[] = [
  entry("3", "refused", ["退单", "rejected"], RESULT, { action: FIX }),
  entry("Y", "good", ["入库成功", "stored"], RESULT),
  entry("Z", "refused", ["入库失败", "not stored"], RESULT, { action: FIX }),
];

/** All approvals, listed or not; 200 is a packet's, and some have a list of their own. */
const approval: CodeTable = {
  list: "SAS.manageResult",
  formats: [],
  family: /^[A-Z]{3}2(?!00)\d\d$/,
  entries: [approved, byHand, ...others],
};

/** 核注清单: the approval says whether the account was written off as well. */
const inventory: CodeTable = {
  list: "SAS.manageResult",
  formats: ["INV201"],
  entries: [
    entry("1", "good", ["审核通过（已核扣）", "approved, written off"], RESULT),
    byHand,
    entry("4", "good", ["预核扣", "written off provisionally"], RESULT),
    entry("5", "good", ["审核通过（未核扣）", "approved, not written off"], RESULT),
    ...others,
  ],
};

/** In gate receipts 1 and 2 mean that the vehicle passed, or did not. */
const gatePass: CodeTable = {
  list: "SAS.manageResult",
  formats: ["SAS223", "SAS253"],
  entries: [
    entry("1", "good", ["已过卡", "passed the gate"], `${RESULT} (SAS223)`),
    entry("2", "notice", ["未过卡", "did not pass the gate"], `${RESULT} (SAS223)`, {
      action: ["向卡口了解原因，车辆可能需重新过卡", "Ask at the gate; the vehicle may have to pass again"],
    }),
    ...others,
  ],
};

const packetStored: CodeTable = {
  list: "SAS.EMS200.manageResult",
  formats: [],
  family: /^[A-Z]{3}200$/,
  entries: [
    entry("1", "good", ["子报文入库成功", "the packet was stored"], "codes.csv SAS.EMS200.manageResult"),
    entry("2", "refused", ["子报文入库失败", "the packet was not stored"], "codes.csv SAS.EMS200.manageResult", {
      action: ["按备注修改后，整票重新发送", "Correct it as the remark says and send the whole document again"],
    }),
  ],
};

const generated: CodeTable = {
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
const writtenOff: CodeTable = {
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

/** 报核回执: its 2 is a success, the other approvals' 2 is not. */
const WRITE_OFF = "codes.csv SAS.EMS221.manageResult";
const writeOff: CodeTable = {
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

/** 手册报核回执: no list of it is public. What both other lists agree on is taken, the rest is unknown. */
const manualWriteOff: CodeTable = { list: "SAS.manageResult", formats: ["EML221"], entries: others };

export const tables: readonly CodeTable[] = [
  approval,
  inventory,
  gatePass,
  packetStored,
  generated,
  writtenOff,
  writeOff,
  manualWriteOff,
];
