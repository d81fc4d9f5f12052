import type { Case } from "../case.js";
import { MT1401, withLine } from "../documents.js";

export const found: Case = {
  rule: "empty-element",
  xml: withLine(MT1401, 13, "<ID/>").replace(
    "<TypeCode>3</TypeCode>",
    "<TypeCode>3</TypeCode><Itinerary> </Itinerary>",
  ),
  places: ["error Manifest/Declaration/ID:13", "error Manifest/Declaration/BorderTransportMeans/Itinerary:15"],
  says: /the element ID is empty/,
  good: { xml: MT1401 },
};
