import { importRecord } from "../record.js";
import type { ReceiptFormat } from "../types.js";

/** 报关单导入回执 (domain 1.1, faq 14). SeqNo and TrnPreId are absent on failure; any ResponseCode but 0 is a failure. */
export const formats: readonly ReceiptFormat[] = [
  {
    format: "DecImportResponse",
    title: { zh: "报关单导入回执", en: "customs declaration: import receipt" },
    matches: (root) => root.name === "DecImportResponse",
    parse: (root) => [
      importRecord({
        format: "DecImportResponse",
        code: root.textAt("ResponseCode"),
        text: root.textAt("ErrorMessage"),
        clientKey: root.textAt("ClientSeqNo"),
        seqNo: root.textAt("SeqNo") || root.textAt("TrnPreId"),
      }),
    ],
  },
];
