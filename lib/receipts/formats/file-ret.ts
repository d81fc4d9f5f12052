import { importRecord, timeOf } from "../record.js";
import type { ReceiptFormat } from "../types.js";

/** 原产地证导入 / 附件回执 (domain 1.5): RetType 1 and 3 are good, 2 and 4 are not. */
export const formats: readonly ReceiptFormat[] = [
  {
    format: "FileRet",
    title: { zh: "原产地证导入 / 附件回执", en: "certificate of origin, or its attachment: import receipt" },
    matches: (root) => root.name === "FileRet",
    parse: (root) => [
      importRecord({
        format: "FileRet",
        code: root.textAt("RetType"),
        text: root.textAt("Note"),
        clientKey: root.textAt("CertNo"),
        fileName: root.textAt("FileName"),
        at: timeOf(root.textAt("ReceiveTime")) ?? timeOf(root.textAt("SendTime")),
      }),
    ],
  },
];
