import type { Case } from "../case.js";
import { MT1401, withLine } from "../documents.js";

export const found: Case = {
  rule: "sender-id",
  xml: withLine(MT1401, 6, "<SenderID>DXPESWDEMO0001</SenderID>"),
  places: ["error Manifest/Head/SenderID:6"],
  says: /DXPESWDEMO0001.*<4>123456789_DXPESWDEMO0001/,
  good: { xml: MT1401 },
};
