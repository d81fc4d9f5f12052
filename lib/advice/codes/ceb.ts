import { entry } from "../entry.js";
import type { CodeTable } from "../types.js";

const LIST = "codes.csv CEB.returnStatus";
const DETAINED = ["联系现场海关", "Ask the customs office"] as const;
const FIX = ["按 returnInfo 修改后重新发送", "Correct it as returnInfo says and send again"] as const;

/** What the electronic port itself answers; customs speaks with 100 and above. */
const PORT = { kind: "import" } as const;

const returnStatus: CodeTable = {
  list: "CEB.returnStatus",
  formats: [],
  // 816, 818 and 792 have lists of their own.
  family: /^CEB\d{3}Message$/,
  entries: [
    entry("1", "good", ["电子口岸已暂存", "stored at the electronic port"], LIST, PORT),
    entry("2", "good", ["电子口岸申报中", "being declared"], LIST, PORT),
    entry("3", "good", ["发送海关成功", "sent to customs"], LIST, PORT),
    entry("4", "refused", ["发送海关失败", "sending to customs failed"], LIST, {
      action: ["稍后重新申报；反复失败时联系客服", "Declare again later; if it keeps failing ask the service desk"],
    }),
    entry("100", "refused", ["海关退单", "rejected by customs"], LIST, { action: FIX }),
    entry("120", "good", ["海关入库", "stored by customs"], LIST),
    entry("300", "notice", ["人工审核", "manual review"], LIST, { action: ["等待审核结果", "Wait for the review"] }),
    entry("399", "good", ["海关审结", "reviewed"], LIST),
    entry("500", "notice", ["查验", "inspection"], LIST, {
      action: ["配合现场海关查验", "Arrange the inspection with customs"],
    }),
    entry("501", "refused", ["扣留移送通关", "detained, handed to clearance"], LIST, { action: DETAINED }),
    entry("502", "refused", ["扣留移送缉私", "detained, handed to anti-smuggling"], LIST, { action: DETAINED }),
    entry("503", "refused", ["扣留移送法规", "detained, handed to legal affairs"], LIST, { action: DETAINED }),
    entry("599", "refused", ["其它扣留", "detained for another reason"], LIST, { action: DETAINED }),
    entry("700", "refused", ["退运", "to be returned"], LIST, {
      action: ["办理退运手续", "Arrange the return of the goods"],
    }),
    entry("800", "good", ["放行", "released"], LIST),
    entry("899", "good", ["结关", "cleared"], LIST),
    entry("<0", "refused", ["处理异常", "processing error"], LIST, {
      ...PORT,
      cause: [
        "报文格式、签名或业务校验未通过，见 returnInfo",
        "Format, signature or a business check failed, see returnInfo",
      ],
      action: FIX,
    }),
  ],
};

const taxStatus: CodeTable = {
  list: "CEB.taxStatus",
  formats: ["CEB816Message", "CEB818Message"],
  entries: [
    entry("ALL", "good", ["订阅内容：全部", "subscribed: everything"], "codes.csv CEB.taxStatus"),
    entry("DATA", "good", ["订阅内容：数据", "subscribed: data"], "codes.csv CEB.taxStatus"),
    entry("RET", "good", ["订阅内容：回执", "subscribed: receipts"], "codes.csv CEB.taxStatus"),
    entry("1", "good", ["税单已生成", "tax document generated"], "codes.csv CEB.taxStatus"),
    entry("2", "good", ["税单已汇总", "tax document consolidated"], "codes.csv CEB.taxStatus"),
    entry("3", "notice", ["税单作废", "tax document void"], "codes.csv CEB.taxStatus", {
      action: ["以后续税单为准", "A later tax document takes its place"],
    }),
  ],
};

/** decState of CEB792: the list is not public. */
const summaryState: CodeTable = { list: "CEB.decState", formats: ["CEB792Message"], entries: [] };

export const tables: readonly CodeTable[] = [returnStatus, taxStatus, summaryState];
