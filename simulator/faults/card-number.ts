import { cardOf } from "../signature.js";
import { textAt } from "../tree.js";
import { NOT_LISTED } from "./signature.js";
import type { FaultRule } from "./types.js";

/** IcCardNo is not the number of the card that signed (faq 20, its point 2). Looked at only where the certificate has a number. */
export const cardNumber: FaultRule = {
  id: "card-number",
  source: "faq 20",
  check({ document, signature }) {
    if (document.family !== "inv" || signature.state !== "valid") return undefined;
    const written = textAt(document.body, "InvtHeadType/IcCardNo");
    const card = cardOf(signature.certificate).cardNumber;
    if (written === "" || card === "" || written === card) return undefined;
    return { kind: "refuse", code: "-1", text: NOT_LISTED };
  },
};
