import { statusRecord, timeOf } from "./record.js";
import type { ReceiptFormat } from "./types.js";

/**
 * 转关单业务回执 (one source). It answers the declaration that the transit belongs to, so the transit's own number
 * TRANS_DCL_NO stands in the text: as customsNo it would displace the declaration's.
 */
export const trnResult: ReceiptFormat = {
  format: "TRN_RESULT",
  matches: (root) => root.name === "TRN_RESULT" || root.name === "TrnResult",
  parse(root) {
    const transit = root.textAt("TRANS_DCL_NO");
    return [
      statusRecord({
        format: "TRN_RESULT",
        code: root.textAt("PROC_RESULT"),
        text: [root.textAt("NOTE"), transit && `TRANS_DCL_NO=${transit}`].filter(Boolean).join("; "),
        seqNo: root.textAt("CUS_CIQ_NO") || root.textAt("SP_TRN_SEQ_NO"),
        at: timeOf(root.textAt("RESULT_NTC_DATE")),
      }),
    ];
  },
};
