import { spacedDateTime } from "../china-time.js";
import { el, fields } from "../write-xml.js";
import { envelope } from "./envelope.js";
import type { Answer, Numbers } from "./types.js";

/** 核注清单生成报关单回执: neither the own number nor PocketInfo; business_id is in its envelope. */
export function inv202(of: {
  numbers: Numbers;
  /** Number of the declaration that was made of the list. */
  entrySeqNo: string;
  clientId: string;
  messageId: string;
  at: number;
}): Answer {
  return envelope({
    type: "INV202",
    code: "1",
    clientId: of.clientId,
    messageId: of.messageId,
    at: of.at,
    businessId: of.numbers.customsNo,
    pocket: false,
    body: el("INV202", [
      el(
        "InvApprResult",
        fields({
          invPreentNo: of.numbers.seqNo,
          businessId: of.numbers.customsNo,
          entrySeqNo: of.entrySeqNo,
          manageResult: "1",
          createDate: spacedDateTime(of.at),
        }),
      ),
    ]),
  });
}
