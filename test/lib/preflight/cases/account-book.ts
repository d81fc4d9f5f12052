import type { Case } from "../case.js";
import { BODY, INV101, withLine } from "../documents.js";

export const found: Case = {
  rule: "account-book",
  xml: withLine(INV101, 18, "<PutrecNo/>"),
  places: [`error ${BODY}/InvtHeadType/PutrecNo:18`],
  says: /PutrecNo/,
  good: { xml: INV101 },
};
