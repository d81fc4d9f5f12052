import type { Case } from "../case.js";
import { IN_ZIP, pdf } from "../context.js";
import { DEC_EDOC, EDOC } from "../documents.js";

export const found: Case = {
  rule: "edoc-name",
  xml: DEC_EDOC.replace(EDOC, "invoice.pdf"),
  parts: { ...IN_ZIP, attachments: [pdf("invoice.pdf")] },
  places: ["warning DecMessage/EdocRealation/EdocID:30"],
  says: /"invoice.pdf" breaks the naming rule/,
  good: { xml: DEC_EDOC, parts: IN_ZIP },
};
