import type { Case } from "../case.js";
import { DEC } from "../documents.js";

const LOST = DEC.replace("bolts", "wood\ufffd\ufffd").replace("nuts", "???? M8");

export const found: Case = {
  rule: "lost-characters",
  xml: LOST,
  parts: { xml: Buffer.from(LOST) },
  places: ["warning DecMessage/DecLists/DecList[1]/GName:13", "warning DecMessage/DecLists/DecList[2]/GName:18"],
  says: /GName holds U\+FFFD where characters were lost/,
  good: { xml: DEC, parts: { xml: Buffer.from(DEC.replace("bolts", "what??")) } },
};
