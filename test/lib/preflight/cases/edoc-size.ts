import type { Case } from "../case.js";
import { IN_ZIP, pdf } from "../context.js";
import { DEC_EDOC, EDOC } from "../documents.js";

const SAID = DEC_EDOC.replace("</EdocFomatType>", "</EdocFomatType><EdocSize>100</EdocSize>");

export const found: Case = {
  rule: "edoc-size",
  xml: SAID,
  parts: { ...IN_ZIP, attachments: [pdf(EDOC, Buffer.alloc(99, "%PDF-1.4\n"))] },
  places: ["warning DecMessage/EdocRealation/EdocSize:32"],
  says: /has 99 bytes, EdocSize says 100/,
  good: { xml: SAID, parts: { ...IN_ZIP, attachments: [pdf(EDOC, Buffer.alloc(100, "%PDF-1.4\n"))] } },
};
