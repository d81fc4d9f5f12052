import type { Case } from "../case.js";
import { IN_ZIP } from "../context.js";
import { DEC_EDOC, EDOC } from "../documents.js";

export const found: Case = {
  rule: "pdf-size",
  xml: DEC_EDOC,
  parts: { ...IN_ZIP, attachments: [{ name: EDOC, size: 4 * 1024 * 1024 + 1, bytes: Buffer.alloc(0) }] },
  places: ["warning DecMessage:1"],
  says: /has 4\.0 MB/,
  good: {
    xml: DEC_EDOC,
    parts: { ...IN_ZIP, attachments: [{ name: EDOC, size: 4 * 1024 * 1024, bytes: Buffer.alloc(0) }] },
  },
};
