import type { Case } from "../case.js";
import { MT1401, withLine } from "../documents.js";

export const found: Case = {
  rule: "message-type",
  xml: withLine(MT1401, 5, ""),
  places: ["error Manifest/Head:2"],
  says: /MessageType is missing.*MT1401/,
  good: { xml: MT1401 },
};
