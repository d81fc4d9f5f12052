import type { Case } from "../case.js";
import { DEC } from "../documents.js";

const GOOD_DEC = { xml: DEC };

export const found: Case = {
  rule: "wrapped-document",
  xml: `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><a/></s:Header><s:Body>\n${DEC}\n</s:Body></s:Envelope>`,
  places: ["error Envelope/Body/DecMessage:2"],
  says: /root is Envelope; a customs declaration \(DEC\), DecMessage, stands inside it/,
  good: GOOD_DEC,
};
