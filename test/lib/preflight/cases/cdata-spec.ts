import type { Case } from "../case.js";
import { BODY, INV101 } from "../documents.js";

export const found: Case = {
  rule: "cdata-spec",
  xml: INV101.replace("<![CDATA[M6 <20 mm> & zinc]]>", "M6 &lt;20 mm>"),
  places: [`warning ${BODY}/InvtListType[1]/GdsSpcfModelDesc:29`],
  says: /outside CDATA: M6 <20 mm>/,
  good: { xml: INV101 },
};
