import { packageFormat } from "../envelope.js";
import { statusRecord, timeOf } from "../record.js";
import type { ReceiptFormat } from "../types.js";

/** 代理委托业务回执 (domain 1.5): only S is known to be good. The agreement's number is the only key. */
export const formats: readonly ReceiptFormat[] = [
  packageFormat("ACD002", { zh: "代理委托业务回执", en: "agency agreement: result" }, ({ body }) =>
    statusRecord({
      format: "ACD002",
      code: body.textAt("PROC_RESULT"),
      text: body.textAt("PROC_DESC"),
      customsNo: body.textAt("CONSIGN_NO"),
      at: timeOf(body.textAt("OP_TIME")),
    }),
  ),
];
