import type { Case } from "../case.js";
import { BODY, INV101 } from "../documents.js";

export const found: Case = {
  rule: "goods-number-repeated",
  xml: INV101.replace("<GdsSeqno>2</GdsSeqno>", "<GdsSeqno>01</GdsSeqno>"),
  places: [`error ${BODY}/InvtListType[2]/GdsSeqno:35`],
  says: /GdsSeqno 01 stands on line 28 already/,
  good: { xml: INV101 },
};
