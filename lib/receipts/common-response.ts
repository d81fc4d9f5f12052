import { record } from "./record.js";
import type { ReceiptFormat } from "./types.js";

/** The root is spelled without the second "s" in reality, with it in the FAQ (domain 0, item 1). */
const NAMES = new Set(["CommonResponeMessage", "CommonResponseMessage"]);

/**
 * 金关二期导入回执 (domain 1.2, faq 18 to 20). `EtpsPreentNo` is the enterprise's own number here (domain 0, item 5).
 * SeqNo may be empty or absent (item 6). The format's name is one for both spellings.
 */
export const commonResponse: ReceiptFormat = {
  format: "CommonResponseMessage",
  matches: (root) => NAMES.has(root.name),
  parse(root) {
    const code = root.textAt("DealFlag");
    return [
      record({
        kind: "import",
        format: "CommonResponseMessage",
        ok: code === "0",
        code,
        text: root.textAt("CheckInfo"),
        clientKey: root.textAt("EtpsPreentNo"),
        seqNo: root.textAt("SeqNo"),
      }),
    ];
  },
};
