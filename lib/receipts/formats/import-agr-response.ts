import { importRecord } from "../record.js";
import type { ReceiptFormat } from "../types.js";

/**
 * 代理委托导入回执 (domain 1.5). Sources disagree whether ResponseCode 1 is a failure or a success. ConsignNo is absent
 * on failure, so 1 with a ConsignNo is read as success, and a user's advice file has the last word.
 */
export const formats: readonly ReceiptFormat[] = [
  {
    format: "ImportAgrResponse",
    title: { zh: "代理委托导入回执", en: "agency agreement: import receipt" },
    matches: (root) => root.name === "ImportAgrResponse",
    parse(root) {
      const field = (name: string) => root.textAt(`ResponseInfo/${name}`) || root.textAt(name);
      const code = field("ResponseCode");
      const agreement = field("ConsignNo");
      return [
        importRecord({
          format: "ImportAgrResponse",
          ...(code === "1" && agreement !== "" && { outcome: "good" }),
          code,
          text: field("ResponseMessage"),
          clientKey: field("CopCusCode"),
          customsNo: agreement,
        }),
      ];
    },
  },
];
