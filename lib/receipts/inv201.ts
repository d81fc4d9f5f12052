import { approvalFields, joined, packageFormat, stateNotes } from "./envelope.js";

/** 核注清单审核回执 (domain 1.2). BondInvtBsc has the own number, the 18-digit number and customs' number by name. */
export const inv201 = packageFormat("INV201", (body) => {
  const fields = approvalFields(body);
  const head = body.child("BondInvtBsc");
  return {
    ...fields,
    text: joined([fields.text ?? "", ...stateNotes(head, ["invtStucd"])]),
    clientKey: head?.textAt("etpsInnerInvtNo") ?? "",
    seqNo: head?.textAt("invtPreentNo") || (fields.seqNo ?? ""),
    customsNo: head?.textAt("bondInvtNo") || (fields.customsNo ?? ""),
  };
});
