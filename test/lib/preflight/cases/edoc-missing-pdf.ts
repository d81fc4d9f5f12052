import type { Case } from "../case.js";
import { IN_ZIP } from "../context.js";
import { DEC_EDOC } from "../documents.js";

export const found: Case = {
  rule: "edoc-missing-pdf",
  xml: DEC_EDOC,
  parts: { ...IN_ZIP, attachments: [] },
  places: ["error DecMessage/EdocRealation/EdocID:30"],
  says: /is not in the ZIP/,
  good: { xml: DEC_EDOC, parts: IN_ZIP },
};
