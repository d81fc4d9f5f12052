import { childOf, fieldOf, joined, packageFormat } from "../envelope.js";
import { statusRecord, timeOf } from "../record.js";
import type { ReceiptFormat } from "../types.js";

/**
 * 报关单生成回执 (domain 1.2): manageResult 1 generated, 2 failed with `reason`. entrySeqNo is the number of the
 * declaration that was generated, not of the list that it answers, so it is no key; it stands in the text.
 */
export const formats: readonly ReceiptFormat[] = [
  packageFormat("INV202", { zh: "报关单生成回执", en: "inventory list: declaration generated" }, ({ body }) => {
    const result = childOf(body, "InvApprResult") ?? body;
    const entry = fieldOf(result, "entrySeqNo");
    return statusRecord({
      format: "INV202",
      code: fieldOf(result, "manageResult"),
      text: joined([fieldOf(result, "reason"), entry && `entrySeqNo=${entry}`]),
      seqNo: fieldOf(result, "invPreentNo"),
      customsNo: fieldOf(result, "businessId"),
      at: timeOf(fieldOf(result, "createDate")),
    });
  }),
];
