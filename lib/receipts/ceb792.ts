import { statusRecord, timeOf } from "./record.js";
import type { ReceiptFormat } from "./types.js";

/** 汇总结果单 CEB792: answers the summary application whose customs number it carries. decState's list is not public. */
export const ceb792: ReceiptFormat = {
  format: "CEB792Message",
  matches: (root) => root.name === "CEB792Message",
  parse(root) {
    const results = root.children.filter(({ name }) => name === "SummaryResult");
    return (results.length > 0 ? results : [root]).map((result) => {
      const head = result.child("SummaryResultHead");
      const field = (name: string) => head?.textAt(name) ?? "";
      const entry = field("entryId");
      const receipt = statusRecord({
        format: "CEB792Message",
        code: field("decState"),
        text: [field("note"), entry && `entryId=${entry}`].filter(Boolean).join("; "),
        clientKey: root.attributes.get("guid") ?? "",
        otherKeys: [field("guid")],
        customsNo: field("sumNo"),
        at: timeOf(field("opDate")),
      });
      return { ...receipt, ok: receipt.ok || (receipt.code === "" && head !== undefined) };
    });
  },
};
