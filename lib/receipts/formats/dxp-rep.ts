import { statusRecord } from "../record.js";
import type { ReceiptFormat } from "../types.js";

/**
 * Transfer receipt of the DXP (formats/dxpmsg.csv): a node took the message or did not. Not an import receipt, so it never
 * makes a document accepted (faq 21). The list of its codes is not public.
 */
const dxpRep: ReceiptFormat = {
  format: "DxpRep",
  title: { zh: "DXP 传输回执", en: "transfer receipt of the DXP" },
  matches: (root) => root.name === "DxpRep",
  parse(root) {
    const responses = root.children.filter(({ name }) => name === "Response");
    return (responses.length > 0 ? responses : [root]).map((response) => {
      const results = response.child("Results")?.children ?? [];
      const texts = [
        response.textAt("ResponseInfo"),
        ...results.map((result) => [result.textAt("Code"), result.textAt("Info")].filter(Boolean).join(" ")),
        response.textAt("Note"),
      ];
      return statusRecord({
        format: "DxpRep",
        code: response.textAt("ResponseCode"),
        text: texts.filter(Boolean).join("; "),
        clientKey: response.textAt("OriHead/CopMsgId"),
        answers: [],
      });
    });
  },
};

export const formats: readonly ReceiptFormat[] = [dxpRep];
