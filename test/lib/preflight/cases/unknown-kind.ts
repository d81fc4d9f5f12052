import type { Case } from "../case.js";
import { DEC } from "../documents.js";

export const found: Case = {
  rule: "unknown-kind",
  xml: `<?xml version="1.0"?>\n<Something xmlns="urn:x"/>`,
  places: ["warning Something:2"],
  says: /root Something \{urn:x\}/,
  good: { xml: DEC },
};
