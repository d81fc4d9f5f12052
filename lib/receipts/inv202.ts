import { packageFormat } from "./envelope.js";
import { timeOf } from "./record.js";

/**
 * 报关单生成回执 (domain 1.2): manageResult 1 generated, 2 failed with `reason`. entrySeqNo is the number of the
 * declaration that was generated, not of the list that it answers, so it is no key; it stands in the text.
 */
export const inv202 = packageFormat("INV202", (body) => {
  const result = body.child("InvApprResult") ?? body;
  const entry = result.textAt("entrySeqNo");
  const reason = result.textAt("reason");
  return {
    code: result.textAt("manageResult"),
    text: [reason, entry && `entrySeqNo=${entry}`].filter(Boolean).join("; "),
    seqNo: result.textAt("invPreentNo"),
    customsNo: result.textAt("businessId"),
    at: timeOf(result.textAt("createDate")),
  };
});
