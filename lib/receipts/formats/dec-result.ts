import type { XmlElement } from "../../xml/scan.js";
import { statusRecord, timeOf } from "../record.js";
import type { ReceiptFormat } from "../types.js";

const NAMES = new Set(["DEC_RESULT", "DEC_DATA"]);

/**
 * 报关单业务回执 (domain 1.1): bare `DEC_RESULT`, or inside `DEC_DATA` with `RESULT_INFO` beside it, and the lower camel
 * case names of a 2018 draft whose root is not known. The own number is not always there; CUS_CIQ_NO (SEQ_NO in older
 * files) is the key.
 */
const decResult: ReceiptFormat = {
  format: "DEC_RESULT",
  title: { zh: "报关单业务回执 (DEC_RESULT, DEC_DATA)", en: "customs declaration: status" },
  matches: (root) => NAMES.has(root.name) || isDraft(root),
  parse(root) {
    const results = root.name === "DEC_DATA" ? root.children.filter(({ name }) => name === "DEC_RESULT") : [root];
    // A wrapper without a result is still a receipt: kept, with what RESULT_INFO says, and not good.
    return (results.length > 0 ? results : [root]).map((result) => {
      const draft = isDraft(result);
      const info = root.name === "DEC_DATA" ? root.textAt("RESULT_INFO") : "";
      const field = (name: string, old: string) => result.textAt(draft ? old : name);
      return statusRecord({
        format: "DEC_RESULT",
        code: field("CHANNEL", "channel"),
        text: field("NOTE", "note") || info,
        clientKey: field("CLIENTSEQ_NO", "clientSeqNo"),
        seqNo: field("CUS_CIQ_NO", "cusCiqNo") || result.textAt("SEQ_NO"),
        customsNo: field("ENTRY_ID", "entryId"),
        at: timeOf(field("NOTICE_DATE", "noticeDate")),
      });
    });
  },
};

function isDraft(root: XmlElement): boolean {
  return root.child("cusCiqNo") !== undefined && root.child("channel") !== undefined;
}

export const formats: readonly ReceiptFormat[] = [decResult];
