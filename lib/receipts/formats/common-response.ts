import { importRecord } from "../record.js";
import type { ReceiptFormat } from "../types.js";

/** The root is spelled without the second "s" in reality, with it in the FAQ (domain 0, item 1). */
const NAMES = new Set(["CommonResponeMessage", "CommonResponseMessage"]);

/**
 * 金关二期导入回执 (domain 1.2, faq 18 to 20). `EtpsPreentNo` is the enterprise's own number here (domain 0, item 5).
 * SeqNo may be empty or absent (item 6). The format's name is one for both spellings.
 */
export const formats: readonly ReceiptFormat[] = [
  {
    format: "CommonResponseMessage",
    title: { zh: "金关二期导入回执（两种拼写）", en: "金关二期: import receipt (both spellings)" },
    matches: (root) => NAMES.has(root.name),
    parse: (root) => [
      importRecord({
        format: "CommonResponseMessage",
        code: root.textAt("DealFlag"),
        text: root.textAt("CheckInfo"),
        clientKey: root.textAt("EtpsPreentNo"),
        seqNo: root.textAt("SeqNo"),
      }),
    ],
  },
];
