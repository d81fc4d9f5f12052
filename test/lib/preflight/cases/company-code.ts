import type { Case } from "../case.js";
import { BODY, INV101, withLine } from "../documents.js";

export const found: Case = {
  rule: "company-code",
  xml: withLine(INV101, 21, "<InputCode>4403961111</InputCode>"),
  places: [`error ${BODY}/InvtHeadType/InputCode:21`],
  says: /InputCode is 4403961111.*4403960000/,
  good: { xml: INV101 },
};
