import type { Case } from "../case.js";
import { IN_ZIP } from "../context.js";
import { DEC } from "../documents.js";

export const found: Case = {
  rule: "zip-name",
  xml: DEC,
  parts: { ...IN_ZIP, attachments: [], entry: "other.xml" },
  places: ["warning DecMessage:1"],
  says: /ZIP is called document\.zip, the XML in it other\.xml/,
  good: { xml: DEC, parts: { ...IN_ZIP, attachments: [] } },
};
