import { packageFormat } from "./envelope.js";
import { timeOf } from "./record.js";

/** 报关单放行信息（公路） (domain 1.3): the state of a declaration, told to the sender of the road manifest. */
export const exp302 = packageFormat("EXP302", (body) => {
  const head = body.find("EntryHead") ?? body;
  return {
    code: head.textAt("OpResult"),
    text: head.textAt("Notes"),
    seqNo: head.textAt("PreEntryId"),
    customsNo: head.textAt("EntryId"),
    otherKeys: [head.textAt("BillNo"), head.textAt("AssBillNo")],
    at: timeOf(head.textAt("OpTime")),
  };
});
