import type { Case } from "../case.js";
import { DEC } from "../documents.js";

export const found: Case = {
  rule: "client-key-length",
  xml: DEC.replace("C20240101000001", "C202401010000010001"),
  places: ["warning DecMessage/DecSign/ClientSeqNo:25"],
  says: /19 characters, 18/,
  good: { xml: DEC.replace("C20240101000001", "C20240101000001000") },
};
