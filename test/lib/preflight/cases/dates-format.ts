import type { Case } from "../case.js";
import { DEC, withLine } from "../documents.js";

export const found: Case = {
  rule: "dates-format",
  xml: withLine(DEC, 7, "<IEDate>20240230</IEDate>"),
  places: ["warning DecMessage/DecHead/IEDate:7"],
  says: /20240230.*yyyyMMdd/,
  good: { xml: withLine(DEC, 7, "<IEDate>20240229</IEDate>") },
};
