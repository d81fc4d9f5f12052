import type { Case } from "../case.js";
import { DEC } from "../documents.js";

const codes = (mode: string, country: string) =>
  DEC.replace("<PackNo>", `<TradeMode>${mode}</TradeMode>\n<PackNo>`).replaceAll(
    "</DecList>",
    `<OriginCountry>${country}</OriginCountry>\n</DecList>`,
  );

export const found: Case = {
  rule: "code-form",
  xml: codes("gen.", "US"),
  places: [
    "warning DecMessage/DecHead/TradeMode:8",
    "warning DecMessage/DecLists/DecList[1]/OriginCountry:16",
    "warning DecMessage/DecLists/DecList[2]/OriginCountry:22",
  ],
  says: /TradeMode holds gen\., which is no code/,
  good: { xml: codes("0110", "USA") },
};
