import { entry } from "../entry.js";
import type { CodeEntry, CodeTable, Outcome } from "../types.js";

/** Code, Chinese, English, and what to do where it is not plainly good. */
type Row = readonly [code: string, outcome: Outcome, zh: string, en: string, action?: readonly [string, string]];

const FIX = ["按说明修改后重新申报", "Correct it as the receipt says and declare again"] as const;
const LATER = [
  "稍后重新申报；反复失败时把回执原文发给客服",
  "Declare again later; if it keeps failing give the receipt to the service desk",
] as const;
const CUSTOMS = ["联系现场海关了解原因和后续手续", "Ask the customs office why, and what has to be done"] as const;
const WAIT = ["等待海关后续回执", "Wait for the next receipt"] as const;
const READY = [
  "配合现场海关查验，准备随附单据",
  "Arrange the inspection with customs and have the papers ready",
] as const;
const ELSEWHERE = ["按海关要求改用其他方式报关", "Declare it in the other way that customs asks for"] as const;
const DESTROYED = ["按海关要求办理销毁手续", "Arrange the destruction as customs asks"] as const;
const RETURNED = ["办理退运手续", "Arrange the return of the goods"] as const;

function rows(list: string, plain: readonly Row[], kind?: "import"): CodeEntry[] {
  return plain.map(([code, outcome, zh, en, action]) =>
    entry(code, outcome, [zh, en], `codes.csv ${list}`, { ...(action && { action }), ...(kind && { kind }) }),
  );
}

/** What the data centre did with it: the same codes in the receipts of a declaration and of an agreement. */
const taken = (list: string) =>
  rows(
    list,
    [
      ["D0", "good", "中心入库成功", "stored by the data centre"],
      ["D1", "refused", "中心入库失败", "not stored by the data centre", FIX],
    ],
    "import",
  );
const passedOn: readonly Row[] = [
  ["D2", "good", "发往海关成功", "sent to customs"],
  ["D3", "refused", "发往海关失败", "sending to customs failed", LATER],
];

/** OpResult of EXP302, 快件报关单回执 (domain 1.3). */
const declaration: CodeTable = {
  list: "EXP302.OpResult",
  formats: ["EXP302"],
  entries: [
    ...taken("EXP302.OpResult"),
    ...rows("EXP302.OpResult", [
      ...passedOn,
      ["Y", "good", "新增、修改、追加成功", "added, changed or appended"],
      ["N", "refused", "新增、修改、追加失败", "not added, changed or appended", FIX],
      ["A", "good", "允许追加", "lines may be appended"],
      ["R", "refused", "不允许追加", "lines may not be appended", FIX],
      ["00", "refused", "退单", "rejected", FIX],
      ["02", "refused", "转普货报关", "to be declared as ordinary cargo", ELSEWHERE],
      ["03", "notice", "转人工审核", "sent to manual review", WAIT],
      [
        "04",
        "notice",
        "请提交纸面单据",
        "papers to be handed in",
        ["向海关递交纸质单证", "Hand the papers in at customs"],
      ],
      ["05", "notice", "查验", "inspection", READY],
      ["06", "refused", "扣留", "detained", CUSTOMS],
      ["07", "refused", "没收", "confiscated", CUSTOMS],
      ["08", "notice", "改单", "to be amended", ["按海关要求办理改单", "Amend the declaration as customs asks"]],
      ["D", "refused", "删单", "deleted", ["联系申报地海关确认删单原因", "Ask the customs office of declaration why"]],
      ["10", "good", "审核通过", "approved"],
      ["11", "good", "放行", "released"],
      ["12", "good", "查验后补税放行", "released after inspection and further duties"],
      ["13", "good", "查验后补证放行", "released after inspection and further papers"],
      ["14", "good", "查验后补税补证放行", "released after inspection, further duties and papers"],
      ["15", "good", "查验后处罚后放", "released after inspection and a penalty"],
      ["16", "good", "查验后改单放行", "released after inspection and an amendment"],
      ["17", "good", "查验后担保放行", "released after inspection on guarantee"],
      ["18", "good", "查验正常货物放行", "released, the inspection found nothing"],
      ["19", "notice", "其他待处理", "to be dealt with otherwise", CUSTOMS],
      ["20", "refused", "退单重报", "rejected, to be declared again", FIX],
      ["21", "refused", "查验后转普货报关", "to be declared as ordinary cargo after inspection", ELSEWHERE],
      ["22", "refused", "查验后转A、C类报关", "to be declared as class A or C after inspection", ELSEWHERE],
      ["23", "refused", "查验后转个人物品报关", "to be declared as personal goods after inspection", ELSEWHERE],
      ["24", "notice", "查验后改单", "to be amended after inspection", FIX],
      ["30", "good", "整改合格放行", "released after rectification"],
      ["31", "good", "检疫处理合格放行", "released after quarantine treatment"],
      ["32", "refused", "查验后退运", "to be returned after inspection", RETURNED],
      ["33", "refused", "处罚退运", "penalty, to be returned", RETURNED],
      ["34", "refused", "检疫处理退运", "quarantine, to be returned", RETURNED],
      ["35", "refused", "处罚后检疫处理退运", "penalty and quarantine, to be returned", RETURNED],
      ["36", "refused", "处罚销毁", "penalty, to be destroyed", DESTROYED],
      ["37", "refused", "查验后销毁", "to be destroyed after inspection", DESTROYED],
      ["38", "refused", "检疫处理销毁", "quarantine, to be destroyed", DESTROYED],
      ["39", "refused", "处罚后检疫处理销毁", "penalty and quarantine, to be destroyed", DESTROYED],
      ["40", "notice", "查验后整改", "to be rectified after inspection", CUSTOMS],
      ["41", "notice", "检疫处理", "quarantine treatment", CUSTOMS],
      ["42", "good", "处罚后检疫处理合格放行", "released after penalty and quarantine treatment"],
      [
        "43",
        "notice",
        "企业申请退单",
        "withdrawn by the company",
        ["确认是否为本企业申请", "Check whether you asked for it"],
      ],
      ["44", "notice", "放弃物品退单", "rejected, the goods were given up", CUSTOMS],
    ]),
  ],
};

/** OpResult of EXP308, 报关委托协议回执. */
const agreement: CodeTable = {
  list: "EXP308.OpResult",
  formats: ["EXP308"],
  entries: [
    ...taken("EXP308.OpResult"),
    ...rows("EXP308.OpResult", [
      ...passedOn,
      ["Y", "good", "海关入库成功", "stored by customs"],
      ["N", "refused", "海关入库失败", "not stored by customs", FIX],
      ["0", "good", "海关审批通过", "approved by customs"],
      ["1", "refused", "海关审批不通过", "not approved by customs", FIX],
      ["2", "notice", "海关提前退回", "returned by customs before its end", CUSTOMS],
    ]),
  ],
};

/** RtnFlag of EXP312, 快件舱单回执: of the manifest, and of each house bill. */
const manifest: CodeTable = {
  list: "EXP312.RtnFlag",
  formats: ["EXP312"],
  entries: [
    ...rows(
      "EXP312.RtnFlag",
      [
        ["DY", "good", "数据中心入库成功", "stored by the data centre"],
        ["DN", "refused", "数据中心入库失败", "not stored by the data centre", FIX],
      ],
      "import",
    ),
    ...rows("EXP312.RtnFlag", [
      ["NY", "good", "海关入库成功", "stored by customs"],
      ["NN", "refused", "海关入库失败", "not stored by customs", FIX],
    ]),
  ],
};

export const tables: readonly CodeTable[] = [declaration, agreement, manifest];
