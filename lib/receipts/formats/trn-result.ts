import { joined } from "../envelope.js";
import { statusRecord, timeOf } from "../record.js";
import type { ReceiptFormat } from "../types.js";

/**
 * 转关单业务回执 (one source). It answers the declaration that the transit belongs to, so the transit's own number
 * TRANS_DCL_NO stands in the text: as customsNo it would displace the declaration's.
 */
export const formats: readonly ReceiptFormat[] = [
  {
    format: "TRN_RESULT",
    title: { zh: "转关单业务回执", en: "transit: status" },
    matches: (root) => root.name === "TRN_RESULT" || root.name === "TrnResult",
    parse(root) {
      const transit = root.textAt("TRANS_DCL_NO");
      return [
        statusRecord({
          format: "TRN_RESULT",
          code: root.textAt("PROC_RESULT"),
          text: joined([root.textAt("NOTE"), transit && `TRANS_DCL_NO=${transit}`]),
          seqNo: root.textAt("CUS_CIQ_NO") || root.textAt("SP_TRN_SEQ_NO"),
          at: timeOf(root.textAt("RESULT_NTC_DATE")),
        }),
      ];
    },
  },
];
