import { joined } from "../envelope.js";
import { statusRecord, timeOf } from "../record.js";
import type { ReceiptFormat } from "../types.js";
import { cebKeys } from "./ceb-return.js";

/** 汇总结果单 CEB792: answers the summary application whose customs number it carries. decState's list is not public. */
export const formats: readonly ReceiptFormat[] = [
  {
    format: "CEB792Message",
    title: { zh: "汇总结果单", en: "cross-border e-commerce: summary result" },
    matches: (root) => root.name === "CEB792Message",
    parse(root) {
      const results = root.children.filter(({ name }) => name === "SummaryResult");
      return (results.length > 0 ? results : [root]).map((result) => {
        const head = result.child("SummaryResultHead");
        const field = (name: string) => head?.textAt(name) ?? "";
        const entry = field("entryId");
        return statusRecord({
          format: "CEB792Message",
          code: field("decState"),
          ...(head && field("decState") === "" && { outcome: "good" }),
          text: joined([field("note"), entry && `entryId=${entry}`]),
          ...cebKeys(root, head, field("guid")),
          part: "",
          customsNo: field("sumNo"),
          at: timeOf(field("opDate")),
        });
      });
    },
  },
];
