import type { Case } from "../case.js";
import { DEC } from "../documents.js";

export const found: Case = {
  rule: "net-weight",
  xml: DEC.replace("<PackNo>", "<NetWt>12.6</NetWt>\n<PackNo>"),
  places: ["warning DecMessage/DecHead/NetWt:8"],
  says: /NetWt 12\.6 is greater than GrossWet 12\.5/,
  good: { xml: DEC.replace("<PackNo>", "<NetWt>12.50</NetWt>\n<PackNo>") },
};
