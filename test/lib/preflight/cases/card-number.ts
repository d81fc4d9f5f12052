import type { Case } from "../case.js";
import { BODY, INV101, withLine } from "../documents.js";

const CARD = { companyCode: "4403960000", cardNumber: "2100010012345" };

export const found: Case = {
  rule: "card-number",
  xml: withLine(INV101, 24, "<IcCardNo>2100010099999</IcCardNo>"),
  parts: { card: CARD },
  places: [`error ${BODY}/InvtHeadType/IcCardNo:24`],
  says: /IcCardNo is 2100010099999, the card's number is 2100010012345/,
  good: { xml: withLine(INV101, 24, "<IcCardNo>2100010012345</IcCardNo>"), parts: { card: CARD } },
};
