import type { Case } from "../case.js";
import { DEC, withLine } from "../documents.js";

export const found: Case = {
  rule: "empty-numeric",
  xml: withLine(DEC, 8, "<PackNo></PackNo>"),
  places: ["error DecMessage/DecHead/PackNo:8"],
  says: /PackNo is empty; it is answered by For input string: ""/,
  good: { xml: DEC },
};
