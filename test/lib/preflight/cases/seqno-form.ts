import type { Case } from "../case.js";
import { BODY, INV101, MODIFICATION, withLine } from "../documents.js";

export const found: Case = {
  rule: "seqno-form",
  xml: withLine(INV101, 17, "<SeqNo>20240001</SeqNo>"),
  places: [`warning ${BODY}/InvtHeadType/SeqNo:17`],
  says: /SeqNo is 20240001/,
  good: { xml: MODIFICATION },
};
