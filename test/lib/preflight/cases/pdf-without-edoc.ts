import type { Case } from "../case.js";
import { IN_ZIP } from "../context.js";
import { DEC, DEC_EDOC, EDOC } from "../documents.js";

export const found: Case = {
  rule: "pdf-without-edoc",
  xml: DEC,
  parts: IN_ZIP,
  places: ["error DecMessage:1"],
  says: new RegExp(`no EdocRealation names ${EDOC}`),
  good: { xml: DEC_EDOC, parts: IN_ZIP },
};
