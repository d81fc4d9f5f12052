import type { Case } from "../case.js";
import { DEC, withLine } from "../documents.js";

export const found: Case = {
  rule: "dec-sign-complete",
  xml: withLine(DEC, 23, "<OperType/>"),
  places: ["warning DecMessage/DecSign/OperType:23"],
  says: /OperType is missing/,
  good: { xml: DEC },
};
