import { cardOf } from "../signature.js";
import { textAt } from "../tree.js";
import type { FaultRule } from "./types.js";

/** InputCode and OperCusRegCode have to be the card's company (faq 19). Only where the certificate names a company. */
export const company: FaultRule = {
  id: "company",
  source: "faq 19",
  check({ document, signature }) {
    if (document.family !== "inv" || signature.state !== "valid") return undefined;
    const card = cardOf(signature.certificate).companyCode;
    if (card === "") return undefined;
    const input = textAt(document.body, "InvtHeadType/InputCode");
    const operator = textAt(document.body, "OperCusRegCode");
    if (input === card && operator === card) return undefined;
    return { kind: "refuse", code: "-1", text: "操作卡海关十位和Session中的不相符" };
  },
};
