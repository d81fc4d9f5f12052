import type { Case } from "../case.js";
import { BODY, INV101 } from "../documents.js";

export const found: Case = {
  rule: "entry-number-repeated",
  xml: INV101.replace("<EntryGdsSeqno>2<", "<EntryGdsSeqno>1<"),
  places: [`warning ${BODY}/InvtListType[2]/EntryGdsSeqno:38`],
  says: /EntryGdsSeqno 1 stands in 2 rows, first on line 31/,
  good: { xml: INV101 },
};
