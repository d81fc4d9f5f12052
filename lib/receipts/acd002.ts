import { packageFormat } from "./envelope.js";
import { timeOf } from "./record.js";

/** 代理委托业务回执 (domain 1.5): only S is known to be good. The agreement's number is the only key. */
export const acd002 = packageFormat("ACD002", (body) => ({
  code: body.textAt("PROC_RESULT"),
  text: body.textAt("PROC_DESC"),
  customsNo: body.textAt("CONSIGN_NO"),
  at: timeOf(body.textAt("OP_TIME")),
}));
