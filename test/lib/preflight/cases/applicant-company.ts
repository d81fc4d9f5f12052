import type { Case } from "../case.js";
import { BODY, INV101, withLine } from "../documents.js";

export const found: Case = {
  rule: "applicant-company",
  xml: withLine(INV101, 20, "<DclEtpsno>4403961111</DclEtpsno>"),
  places: [`warning ${BODY}/InvtHeadType/DclEtpsno:20`],
  says: /DclEtpsno is 4403961111/,
  good: { xml: INV101 },
};
