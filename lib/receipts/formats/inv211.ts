import { childOf, fieldOf, joined, packageFormat, stateNotes } from "../envelope.js";
import { statusRecord } from "../record.js";
import type { ReceiptFormat } from "../types.js";

/** 核注清单记账回执 (one source): no HdeApprResult; the state is vrfdedMarkcd of the list's head. */
export const formats: readonly ReceiptFormat[] = [
  packageFormat("INV211", { zh: "核注清单记账回执", en: "inventory list: bookkeeping" }, ({ body }) => {
    const head = childOf(body, "BondInvtBsc");
    return statusRecord({
      format: "INV211",
      code: fieldOf(head, "vrfdedMarkcd"),
      text: joined([
        fieldOf(head, "rmk"),
        ...stateNotes(head, ["invtStucd"]),
        ...stateNotes(childOf(body, "BwsDt"), ["cusmExeMarkcd"]),
      ]),
      clientKey: fieldOf(head, "etpsInnerInvtNo"),
      seqNo: fieldOf(head, "invtPreentNo"),
      customsNo: fieldOf(head, "bondInvtNo"),
    });
  }),
];
