import type { Case } from "../case.js";
import { MT1401, withLine } from "../documents.js";

export const found: Case = {
  rule: "manifest-message-id",
  xml: withLine(MT1401, 3, "<MessageID>1</MessageID>"),
  places: ["warning Manifest/Head/MessageID:3"],
  says: /breaks the naming rule/,
  good: { xml: MT1401 },
};
