import type { Check } from "../document.js";
import type { XmlElement } from "../xml/scan.js";
import type { CardIdentity } from "./types.js";
import { validityCheck, WARN_DAYS } from "./validity.js";

/** One field of a document that has to agree with the card. */
export interface CardFact {
  field: "company" | "card";
  name: string;
  value: string;
  /** Local name of the element that it is in; empty for the root. */
  parent: string;
  /** Where it is; found when it is asked for. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  entry?: string;
}

/** 录入单位 / 申报单位 of 金二 messages: the company's ten digits (faq 19). */
const COMPANY_FIELDS = new Set(["InputCode", "OperCusRegCode"]);

/** Card numbers: DecSign/ICCode, InvtHeadType/IcCardNo, EnvelopInfo/Ic_Card (faq 20). */
const CARD_FIELDS = new Set(["ICCode", "IcCardNo", "Ic_Card"]);

/** The fields of a document that `checkCard` compares; empty ones are left out. */
export function cardFacts(root: XmlElement, entry?: string): CardFact[] {
  const facts: CardFact[] = [];
  root.each((element) => {
    const field = COMPANY_FIELDS.has(element.name) ? "company" : CARD_FIELDS.has(element.name) ? "card" : undefined;
    if (!field) return;
    const value = element.text.trim();
    if (value === "") return;
    facts.push({
      field,
      name: element.name,
      value,
      parent: element.parent?.name ?? "",
      get path() {
        return element.path;
      },
      get line() {
        return element.line;
      },
      get column() {
        return element.column;
      },
      ...(entry ? { entry } : {}),
    });
  });
  return facts;
}

/**
 * Compares a document with the card that is to sign it (faq 19, 20): company code, card number, and the certificate's
 * validity at `now` (warned `warnDays` ahead). Company code and card number are only compared where the card tells them.
 * `SW-RULE-card-company`, `-card-number`, `-card-expiry`.
 */
export function checkCard(
  identity: CardIdentity,
  facts: readonly CardFact[],
  { now = Date.now(), warnDays = WARN_DAYS }: { now?: number; warnDays?: number } = {},
): Check[] {
  const checks: Check[] = [];
  for (const fact of facts) {
    const { field, name, value, entry } = fact;
    // Only for a finding: a good document's places need not be found.
    const place = () => ({ path: fact.path, line: fact.line, column: fact.column, ...(entry ? { entry } : {}) });
    if (field === "company" && identity.companyCode !== "" && value !== identity.companyCode) {
      checks.push({
        rule: "SW-RULE-card-company",
        severity: "error",
        ...place(),
        text: {
          zh: `${name} 为 ${value}，与操作卡的海关十位编码 ${identity.companyCode} 不一致`,
          en: `${name} is ${value}, the card belongs to company ${identity.companyCode}`,
        },
        advice: {
          zh: "请将 InputCode、OperCusRegCode 改为操作卡所属企业的海关十位编码，或插入该企业的卡。",
          en: "Set InputCode and OperCusRegCode to the code of the card's company, or insert that company's card.",
        },
      });
    }
    if (field === "card" && identity.cardNumber !== "" && value.toUpperCase() !== identity.cardNumber.toUpperCase()) {
      checks.push({
        rule: "SW-RULE-card-number",
        severity: "error",
        ...place(),
        text: {
          zh: `${name} 为 ${value}，与操作卡卡号 ${identity.cardNumber} 不一致`,
          en: `${name} is ${value}, the card's number is ${identity.cardNumber}`,
        },
        advice: {
          zh: "请将报文中的卡号改为操作卡的卡号，或插入报文中的卡。",
          en: "Set the card number in the document to that of the card, or insert the card that the document names.",
        },
      });
    }
  }
  const validity = validityCheck(identity, now, warnDays);
  if (validity) checks.push(validity);
  return checks;
}
