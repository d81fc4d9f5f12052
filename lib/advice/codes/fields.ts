import { entry } from "../entry.js";
import type { CodeEntry, CodeTable } from "../types.js";

/** Code, Chinese, English; what is not `good` has an action. */
type Plain = readonly [code: string, zh: string, en: string];

/**
 * Codes of further fields that a receipt carries beside its result (formats/receipts.csv names the list of each). They
 * are looked up under the field's name, `codeEntry("invtStucd", "2")`, and a user's advice file overrides them so too.
 */
function table(list: string, field: string, plain: readonly Plain[], further: readonly CodeEntry[] = []): CodeTable {
  const source = `codes.csv ${list}`;
  return {
    list,
    formats: [field],
    entries: [...plain.map(([code, zh, en]) => entry(code, "good", [zh, en], source)), ...further],
  };
}

const LOOK = ["在单一窗口网页核对该单据", "Look the document up on the web page"] as const;
const state = (
  list: string,
  code: string,
  outcome: "notice" | "refused",
  zh: string,
  en: string,
  action = LOOK as readonly [string, string],
) => entry(code, outcome, [zh, en], `codes.csv ${list}`, { action });

const REDECLARE = ["按退单说明修改后重新申报", "Correct it as the receipt says and declare again"] as const;
const SUSPENDED = [
  "账册暂停期间不要再发；联系主管海关了解原因",
  "Send nothing for it while it is suspended; ask the customs office in charge",
] as const;

/** States of a list, a gate pass, an account book. */
const states: readonly CodeTable[] = [
  table(
    "SAS.InvtStucd",
    "invtStucd",
    [
      ["0", "清单状态：审核通过", "list: approved"],
      ["1", "清单状态：申报", "list: declared"],
    ],
    [
      state("SAS.InvtStucd", "2", "refused", "清单状态：退单", "list: rejected", REDECLARE),
      state("SAS.InvtStucd", "3", "refused", "清单状态：删单", "list: deleted"),
    ],
  ),
  table(
    "SAS.PassportStucd",
    "stucd",
    [
      ["0", "核放单状态：已申请", "gate pass: applied for"],
      ["1", "核放单状态：已审批", "gate pass: approved"],
      ["2", "核放单状态：已过卡（单卡）", "gate pass: passed a single gate"],
      ["3", "核放单状态：已过一卡", "gate pass: passed gate 1"],
      ["4", "核放单状态：已过二卡", "gate pass: passed gate 2"],
    ],
    [
      state("SAS.PassportStucd", "5", "refused", "核放单状态：已删除", "gate pass: deleted"),
      state("SAS.PassportStucd", "6", "refused", "核放单状态：已作废", "gate pass: cancelled"),
    ],
  ),
  table(
    "SAS.EmapvMarkcd",
    "emapvMarkcd",
    [["1", "审批标志：通过", "approval mark: approved"]],
    [
      state("SAS.EmapvMarkcd", "2", "notice", "审批标志：转人工", "approval mark: manual review", [
        "等待人工审核结果",
        "Wait for the manual review",
      ]),
      state("SAS.EmapvMarkcd", "3", "refused", "审批标志：退单", "approval mark: rejected", REDECLARE),
    ],
  ),
  table(
    "SAS.CusmExeMarkcd",
    "cusmExeMarkcd",
    [["1", "海关执行标志：正常执行", "customs mark: normal"]],
    [
      state(
        "SAS.CusmExeMarkcd",
        "4",
        "refused",
        "海关执行标志：暂停进出口",
        "customs mark: import and export suspended",
        SUSPENDED,
      ),
      state("SAS.CusmExeMarkcd", "5", "refused", "海关执行标志：暂停进口", "customs mark: import suspended", SUSPENDED),
      state("SAS.CusmExeMarkcd", "6", "refused", "海关执行标志：暂停出口", "customs mark: export suspended", SUSPENDED),
    ],
  ),
  table("SAS.VrfdedMarkcd", "vrfdedMarkcd", [
    ["0", "未核扣", "not written off"],
    ["1", "预核扣", "written off provisionally"],
    ["2", "已核扣", "written off"],
    ["3", "已核销", "settled"],
  ]),
  table("SAS.EntryStucd", "entryStucd", [
    ["0", "报关单状态：未放行", "declaration: not released"],
    ["1", "报关单状态：已放行", "declaration: released"],
  ]),
  table("SAS.InvtIochkptStucd", "invtIochkptStucd", [
    ["0", "未出卡口", "not through the gate"],
    ["1", "已出卡口", "through the gate"],
  ]),
  table("SAS.PassportUsedTypecd", "passportUsedTypecd", [
    ["1", "核放单：未生成", "gate pass: none made"],
    ["2", "核放单：部分生成", "gate pass: partly made"],
    ["3", "核放单：已生成", "gate pass: all made"],
  ]),
];

/** resutType of a packet's receipt: which approval will follow once all packets are there. */
export const PACKETS: readonly (readonly [code: string, approval: string, zh: string, en: string])[] = [
  ["1", "EMS201", "档案库", "archive"],
  ["2", "EMS211", "账册", "account book"],
  ["3", "EMS221", "报核", "write-off"],
  ["4", "INV201", "核注清单", "inventory list"],
  ["5", "CMB201", "耗料单", "material use list"],
  ["6", "BWS201", "物流账册", "logistics account book"],
  ["7", "SAS201", "业务申报表", "application form"],
  ["8", "SAS211", "出入库单", "stock document"],
  ["9", "SAS221", "核放单", "gate pass"],
  ["10", "SAS231", "车辆", "vehicle"],
];

/** What a document is, repeated by its receipt. */
const kinds: readonly CodeTable[] = [
  table("SAS.BindTypecd", "bindTypecd", [
    ["1", "一车多票", "one vehicle, many documents"],
    ["2", "一票一车", "one document, one vehicle"],
    ["3", "一票多车", "one document, many vehicles"],
  ]),
  table("SAS.BondInvtTypecd", "bondInvtTypecd", [
    ["0", "普通清单", "ordinary list"],
    ["1", "集报清单", "collective list"],
    ["3", "先入区后报关", "enter first, declare later"],
    ["4", "简单加工", "simple processing"],
    ["5", "保税展示交易", "bonded exhibition and sale"],
    ["6", "区内流转", "transfer inside the zone"],
    ["7", "区港联动", "zone and port link"],
    ["8", "保税电商", "bonded e-commerce"],
    ["9", "一纳成品内销", "domestic sale of finished goods"],
  ]),
  table("SAS.DclTypecd", "dclTypecd", [
    ["1", "备案申请", "registration"],
    ["2", "变更申请", "change"],
    ["3", "删除（作废）申请", "deletion or cancellation"],
  ]),
  table("SAS.DclcusFlag", "dclcusFlag", [
    ["1", "报关", "with a customs declaration"],
    ["2", "非报关", "without a customs declaration"],
  ]),
  table("SAS.DclcusTypecd", "dclcusTypecd", [
    ["1", "关联报关", "related declaration"],
    ["2", "对应报关", "matching declaration"],
    ["3", "其他（未核实）", "other (not verified)"],
  ]),
  table(
    "SAS.EMS200.resutType",
    "resutType",
    PACKETS.map(([code, answer, zh, en]): Plain => [code, `${zh} ${answer}`, `${en} ${answer}`]),
  ),
  table("SAS.HdeTypecd", "typecd", [
    ["1", "备案", "registration"],
    ["2", "变更", "change"],
    ["3", "作废", "cancellation"],
  ]),
  table("MFT.FunctionCode", "FunctionCode", [
    ["0", "次要数据", "secondary data"],
    ["2", "新增", "addition"],
    ["3", "删除", "deletion"],
    ["5", "变更", "change"],
    ["9", "主要数据", "main data"],
    ["11", "回执", "receipt"],
    ["T", "暂存", "to be stored, not declared"],
  ]),
  table("SAS.ImpexpMarkcd", "impexpMarkcd", [
    ["I", "进口", "import"],
    ["E", "出口", "export"],
    ["N", "其他（仅一处提到）", "other (mentioned once)"],
  ]),
  table("SAS.InType", "inType", [
    ["1", "一线入区", "entered at the first line"],
    ["2", "二线入区", "entered at the second line"],
    ["3", "结转入区", "carried over"],
  ]),
  table("SAS.IoTypecd", "ioTypecd", [
    ["I", "进区", "into the zone"],
    ["E", "出区", "out of the zone"],
  ]),
  table("SAS.MtpckEndprdMarkcd", "mtpckEndprdMarkcd", [
    ["I", "料件", "material"],
    ["E", "成品", "finished product"],
  ]),
  table("SAS.PassportTypecd", "passportTypecd", [
    ["1", "先入区后报关", "enter first, declare later"],
    ["2", "一线一体化进出区", "first line"],
    ["3", "二线进出区", "second line"],
    ["4", "非报关进出区", "without declaration"],
    ["5", "卡口登记货物", "registered at the gate"],
    ["6", "空车进出区", "empty vehicle"],
  ]),
  table("SAS.RltTbTypecd", "rltTbTypecd", [
    ["1", "核注清单", "inventory list"],
    ["2", "出入库单", "stock document"],
    ["3", "提运单", "bill of lading"],
  ]),
  table("SAS.VrfdedModecd", "vrfdedModecd", [
    ["D", "正扣", "deducted"],
    ["F", "反扣", "deducted in reverse"],
    ["N", "不扣", "not deducted"],
    ["NF", "不扣但检查余量", "not deducted, balance checked"],
    ["E", "保税仓扣减", "deducted from the bonded warehouse"],
  ]),
  table("COO.CertType", "CertType", [
    ["C", "一般原产地证", "general certificate"],
    ["B", "亚太", "Asia-Pacific"],
    ["G", "普惠制", "GSP"],
    ["E", "东盟", "ASEAN"],
    ["F", "智利", "Chile"],
    ["M", "欧盟蘑菇", "EU mushrooms"],
    ["P", "巴基斯坦", "Pakistan"],
    ..."T N X R H L I S PR TR A K AD AP GE MU CA RC NI EC SE HD MV CG"
      .split(" ")
      .map((code): Plain => [code, "其他证书类型（名称未核实）", "another type, its name not verified"]),
  ]),
];

export const tables: readonly CodeTable[] = [...states, ...kinds];
