import type { Case } from "../case.js";
import { MT1401, withLine } from "../documents.js";

export const found: Case = {
  rule: "manifest-order",
  xml: withLine(withLine(MT1401, 12, "<ID>2024010100001</ID>"), 13, "<DeclarationOfficeID>5301</DeclarationOfficeID>"),
  places: ["error Manifest/Declaration/DeclarationOfficeID:13"],
  says: /DeclarationOfficeID belongs before ID; .*: DeclarationOfficeID, ID, BorderTransportMeans/,
  good: { xml: MT1401 },
};
