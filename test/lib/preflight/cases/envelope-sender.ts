import type { Case } from "../case.js";
import { INV101, PACKAGE, withLine } from "../documents.js";

export const found: Case = {
  rule: "envelope-sender",
  xml: withLine(INV101, 9, "<sender_id>DXPESWOTHER</sender_id>"),
  places: [`warning ${PACKAGE}/EnvelopInfo/sender_id:9`],
  says: /sender_id is DXPESWOTHER; it should be DXPESWDEMO0001/,
  good: { xml: INV101 },
};
