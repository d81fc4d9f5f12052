import type { Case } from "../case.js";
import { INV101, PACKAGE } from "../documents.js";

export const found: Case = {
  rule: "declare-flag",
  xml: INV101.replace("<DelcareFlag>0<", "<DelcareFlag>2<"),
  places: [`warning ${PACKAGE}/DataInfo/BussinessData/DelcareFlag:43`],
  says: /DelcareFlag is 2/,
  good: { xml: INV101 },
};
