import { headOf } from "../places.js";
import { quote } from "../quote.js";
import type { Rule } from "../types.js";

/** SeqNo is empty everywhere on a first import, and the same in head and every row of a modification (faq 18, domain 1.2). */
export const rule: Rule = {
  id: "seqno-new-or-same",
  severity: "error",
  kinds: ["INV101", "SAS121"],
  source: "faq 18",
  title: { zh: "表头与表体 SeqNo 不一致", en: "SeqNo differs between head and rows" },
  advice: {
    zh: "新导入时表头和表体的 SeqNo 都应为空；导入后修改时，表头和每一行表体都要反填同一个预录入统一编号。",
    en: "On a first import SeqNo is empty in head and rows; a modification repeats the same pre-entry number in the head and in every row.",
  },
  start(context) {
    const { kind, body } = context;
    const rows = kind?.type === "INV101" ? ["InvtListType"] : ["PassportList", "PassportAcmp"];
    // Only the FAQ's 核注清单 is known to be refused.
    const severity = kind?.type === "INV101" ? undefined : ("warning" as const);
    let head: string | undefined;
    return {
      names: rows,
      element(row, report) {
        if (row.parent !== body) return;
        head ??= headOf(context)?.textAt("SeqNo") ?? "";
        const element = row.child("SeqNo");
        const value = element?.text.trim() ?? "";
        if (value === head) return;
        if (value === "") {
          report({
            element: element ?? row,
            severity,
            text: {
              zh: `表头 SeqNo 为 ${quote(head)}（修改），本行 SeqNo 却为空`,
              en: `SeqNo of the head is ${quote(head)} (a modification), that of this row is empty`,
            },
          });
        } else if (head === "") {
          report({
            element: element ?? row,
            // Rows of e-commerce lists (CbecBillNo only) name another document.
            severity: row.child("CbecBillNo") ? "warning" : severity,
            text: {
              zh: `表头 SeqNo 为空（新导入），本行 SeqNo 却为 ${quote(value)}`,
              en: `SeqNo of the head is empty (a first import), that of this row is ${quote(value)}`,
            },
          });
        } else {
          report({
            element: element ?? row,
            severity,
            text: {
              zh: `表头 SeqNo 为 ${quote(head)}，本行为 ${quote(value)}，两者必须相同`,
              en: `SeqNo of the head is ${quote(head)}, of this row ${quote(value)}: they must be the same`,
            },
          });
        }
      },
    };
  },
};
