import { record } from "./record.js";
import type { ReceiptFormat } from "./types.js";

/**
 * 代理委托导入回执 (domain 1.5). Sources disagree whether ResponseCode 1 is a failure or a success. ConsignNo is absent
 * on failure, so 1 with a ConsignNo is read as success, and a user's advice file has the last word.
 */
export const importAgrResponse: ReceiptFormat = {
  format: "ImportAgrResponse",
  matches: (root) => root.name === "ImportAgrResponse",
  parse(root) {
    const field = (name: string) => root.textAt(`ResponseInfo/${name}`) || root.textAt(name);
    const code = field("ResponseCode");
    const agreement = field("ConsignNo");
    return [
      record({
        kind: "import",
        format: "ImportAgrResponse",
        ok: code === "0" || (code === "1" && agreement !== ""),
        code,
        text: field("ResponseMessage"),
        clientKey: field("CopCusCode"),
        customsNo: agreement,
      }),
    ];
  },
};
