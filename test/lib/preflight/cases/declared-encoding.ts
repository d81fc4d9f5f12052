import type { Case } from "../case.js";
import { DEC } from "../documents.js";

const LATIN = `<?xml version="1.0" encoding="ISO-8859-1"?>${DEC.replace(/^<\?xml.*?\?>/, "").replace(/<GName>.*?</, "<GName>木制家具<")}`;

export const found: Case = {
  rule: "declared-encoding",
  xml: LATIN,
  parts: { xml: Buffer.from(LATIN) },
  places: ["warning DecMessage:1"],
  says: /declares ISO-8859-1, but is written in UTF-8/,
  good: { xml: DEC, parts: { xml: Buffer.from(DEC) } },
};
