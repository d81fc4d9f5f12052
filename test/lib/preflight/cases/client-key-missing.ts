import type { Case } from "../case.js";
import { BODY, INV101, withLine } from "../documents.js";

export const found: Case = {
  rule: "client-key-missing",
  xml: withLine(INV101, 19, "<EtpsInnerInvtNo> </EtpsInnerInvtNo>"),
  places: [`error ${BODY}/InvtHeadType/EtpsInnerInvtNo:19`],
  says: /EtpsInnerInvtNo is missing/,
  good: { xml: INV101 },
};
