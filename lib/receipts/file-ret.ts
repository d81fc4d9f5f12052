import { record, timeOf } from "./record.js";
import type { ReceiptFormat } from "./types.js";

/** 原产地证导入 / 附件回执 (domain 1.5): RetType 1 and 3 are good, 2 and 4 are not. */
export const fileRet: ReceiptFormat = {
  format: "FileRet",
  matches: (root) => root.name === "FileRet",
  parse(root) {
    const code = root.textAt("RetType");
    return [
      record({
        kind: "import",
        format: "FileRet",
        ok: code === "1" || code === "3",
        code,
        text: root.textAt("Note"),
        clientKey: root.textAt("CertNo"),
        fileName: root.textAt("FileName"),
        at: timeOf(root.textAt("ReceiveTime")) ?? timeOf(root.textAt("SendTime")),
      }),
    ];
  },
};
