import { entry } from "../entry.js";
import type { CodeTable } from "../types.js";

const READ_TEXT = [
  "按回执说明修改报文后重新导入；看不懂时把回执原文、报文、客户端 ID 发给客服",
  "Correct the document as the text says and send it again; if it is unclear, give receipt, document and client ID to the service desk",
] as const;

/** ResponseCode of DecImportResponse (domain 1.1): anything but 0 is a failure. */
const responseCode: CodeTable = {
  list: "DEC.ResponseCode",
  formats: ["DecImportResponse"],
  entries: [
    entry("0", "good", ["导入成功", "imported"], "codes.csv DEC.ResponseCode"),
    // 1, and whatever else is not 0.
    entry("*", "refused", ["报关单导入失败", "the declaration was not imported"], "codes.csv DEC.ResponseCode", {
      cause: ["数据中心检查报文未通过，原因见回执文字", "The data centre's check failed; the text has the reason"],
      action: READ_TEXT,
    }),
  ],
};

/** DealFlag of CommonRespone(se)Message (domain 1.2): anything but 0 is a failure. */
const dealFlag: CodeTable = {
  list: "SAS.DealFlag",
  formats: ["CommonResponseMessage"],
  entries: [
    entry("0", "good", ["导入成功", "imported"], "codes.csv SAS.DealFlag"),
    // -1, and whatever else is not 0.
    entry("*", "refused", ["导入失败", "not imported"], "codes.csv SAS.DealFlag", {
      cause: ["数据中心处理失败，原因见 CheckInfo", "The data centre could not process it; CheckInfo has the reason"],
      action: READ_TEXT,
    }),
  ],
};

/** ResponseCode and PROC_RESULT of the agency agreement (domain 1.5): sources disagree on 1. */
const agreement: CodeTable = {
  list: "ACD.ResponseCode",
  formats: ["ImportAgrResponse"],
  entries: [
    entry("0", "good", ["导入成功", "imported"], "codes.csv ACD.ResponseCode"),
    entry("1", "refused", ["导入失败", "not imported"], "codes.csv ACD.ResponseCode, sources differ", {
      otherwise: ["表示导入成功", "it means success"],
      action: [
        "看回执中有没有委托编号 ConsignNo：有则已成功，没有则按说明修改；确认后可在自己的说明文件中改写",
        "See whether the receipt has a ConsignNo: if so it was taken, if not correct the document; once you know, set it in your advice file",
      ],
    }),
  ],
};

const agreementResult: CodeTable = {
  list: "ACD.PROC_RESULT",
  formats: ["ACD002"],
  entries: [entry("S", "good", ["委托协议处理成功", "the agreement was processed"], "codes.csv ACD.PROC_RESULT")],
};

export const tables: readonly CodeTable[] = [responseCode, dealFlag, agreement, agreementResult];
