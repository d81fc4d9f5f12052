import type { Case } from "../case.js";
import { IN_ZIP, pdf } from "../context.js";
import { DEC_EDOC, EDOC } from "../documents.js";

const TWO_PAGES = Buffer.concat([
  Buffer.from("%PDF-1.4\n/Type /Pages /Type/Page\n/Type /Page /Parent"),
  Buffer.alloc(500 * 1024, 0x20),
]);

export const found: Case = {
  rule: "pdf-page-size",
  xml: DEC_EDOC,
  parts: { ...IN_ZIP, attachments: [pdf(EDOC, TWO_PAGES)] },
  places: ["warning DecMessage:1"],
  says: /about 2 pages of 250 KB/,
  good: { xml: DEC_EDOC, parts: { ...IN_ZIP, attachments: [pdf(EDOC, TWO_PAGES.subarray(0, 390 * 1024))] } },
};
