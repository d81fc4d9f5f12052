import { joined, packageFormat, stateNotes } from "./envelope.js";

/** 核注清单记账回执 (one source): no HdeApprResult; the state is vrfdedMarkcd of the list's head. */
export const inv211 = packageFormat("INV211", (body) => {
  const head = body.child("BondInvtBsc");
  const field = (name: string) => head?.textAt(name) ?? "";
  return {
    code: field("vrfdedMarkcd"),
    text: joined([
      field("rmk"),
      ...stateNotes(head, ["invtStucd"]),
      ...stateNotes(body.child("BwsDt"), ["cusmExeMarkcd"]),
    ]),
    clientKey: field("etpsInnerInvtNo"),
    seqNo: field("invtPreentNo"),
    customsNo: field("bondInvtNo"),
  };
});
