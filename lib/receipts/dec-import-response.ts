import { record } from "./record.js";
import type { ReceiptFormat } from "./types.js";

/** 报关单导入回执 (domain 1.1, faq 14). SeqNo and TrnPreId are absent on failure; any ResponseCode but 0 is a failure. */
export const decImportResponse: ReceiptFormat = {
  format: "DecImportResponse",
  matches: (root) => root.name === "DecImportResponse",
  parse(root) {
    const code = root.textAt("ResponseCode");
    const seqNo = root.textAt("SeqNo");
    return [
      record({
        kind: "import",
        format: "DecImportResponse",
        ok: code === "0",
        code,
        text: root.textAt("ErrorMessage"),
        clientKey: root.textAt("ClientSeqNo"),
        seqNo: seqNo || root.textAt("TrnPreId"),
      }),
    ];
  },
};
