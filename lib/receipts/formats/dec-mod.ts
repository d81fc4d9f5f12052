import { statusRecord } from "../record.js";
import type { ReceiptFormat } from "../types.js";

/** 修撤单回执 (one source; its root is not public): found by HzApprovalResult inside SignedData/Data. */
export const formats: readonly ReceiptFormat[] = [
  {
    format: "HzApprovalResult",
    title: { zh: "修撤单回执", en: "amendment or cancellation of a declaration: result" },
    matches: (root) => (root.at("SignedData/Data") ?? root).child("HzApprovalResult") !== undefined,
    parse(root) {
      const result = (root.at("SignedData/Data") ?? root).child("HzApprovalResult") ?? root;
      return [
        statusRecord({
          format: "HzApprovalResult",
          code: result.textAt("FeedbackResults"),
          text: result.textAt("ResultNote"),
          seqNo: result.textAt("DestResourceId"),
        }),
      ];
    },
  },
];
