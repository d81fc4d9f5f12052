import type { Case } from "../case.js";
import { DEC } from "../documents.js";

export const found: Case = {
  rule: "wrong-folder",
  xml: DEC,
  parts: { business: "Sas" },
  places: ["error DecMessage:1"],
  says: /DEC.*lay in Sas/,
  good: { xml: DEC },
};
