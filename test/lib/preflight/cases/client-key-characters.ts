import type { Case } from "../case.js";
import { DEC } from "../documents.js";

export const found: Case = {
  rule: "client-key-characters",
  xml: DEC.replace("C20240101000001", "C2024\u00a00101\uff11"),
  places: ["warning DecMessage/DecSign/ClientSeqNo:25"],
  says: /"C2024\[U\+00A0\]0101１" \(it holds U\+00A0, no-break space; U\+FF11, full-width １\)/,
  good: { xml: DEC.replace("C20240101000001", "\n  C20240101000001\n") },
};
