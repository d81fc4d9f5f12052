import { textAt } from "../tree.js";
import type { FaultRule } from "./types.js";

/** What the data centre's database refuses in a 核注清单 (faq 18, its points 1 to 3). */
export const database: FaultRule = {
  id: "database",
  source: "faq 18",
  check({ document }) {
    if (document.family !== "inv") return undefined;
    const head = textAt(document.body, "InvtHeadType/SeqNo");
    const rows = document.body.children.filter(({ name }) => name === "InvtListType");
    const numbers = rows.map((row) => textAt(row, "GdsSeqno"));
    const wrong =
      rows.some((row) => textAt(row, "SeqNo") !== head) ||
      textAt(document.body, "InvtHeadType/PutrecNo") === "" ||
      new Set(numbers).size !== numbers.length;
    return wrong ? { kind: "refuse", code: "-1", text: "系统错误[数据库操作失败]" } : undefined;
  },
};
