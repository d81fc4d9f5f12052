import type { Case } from "../case.js";
import { BODY, MODIFICATION } from "../documents.js";

export const found: Case = {
  rule: "seqno-new-or-same",
  xml: MODIFICATION.replace(/<InvtListType>\n<SeqNo>.*<\/SeqNo>/, "<InvtListType>\n<SeqNo/>"),
  places: [`error ${BODY}/InvtListType[1]/SeqNo:27`],
  says: /head is 202400000000000001.*row is empty/,
  good: { xml: MODIFICATION },
};
