import type { Inspection } from "../business/inspect.js";
import type { Check } from "../document.js";
import { ImportClientError } from "../errors.js";
import { cardFacts, checkCard } from "./card-checks.js";
import type { CardIdentity } from "./types.js";

/** Kinds of which faq 19 and 20 are known; a 报关单 with another card number is warned of, as in preflight. */
const REFUSED_KINDS = new Set(["INV101", "SAS121", "ICP101"]);

/** Fields, behind the element that they are in, that preflight compares too. InvtDecHeadType/InputCode is not one: another company may enter the declaration. */
const COMPARED =
  /(?:(?:InvtHeadType|PassportHead|Sas2sPassportHead)\/InputCode|\/OperCusRegCode|DecSign\/ICCode|InvtHeadType\/IcCardNo|EnvelopInfo\/Ic_Card)$/;

/** A card number has 13 characters (formats, DecSign/ICCode); what a token calls its serial number has 16. */
const CARD_NUMBER = /^[0-9A-Za-z]{13}$/;

/** The preflight rule that says the same; one that was set to a warning or off there does not refuse here. */
const SAME_RULE: Readonly<Record<string, string>> = {
  "SW-RULE-card-company": "company-code",
  "SW-RULE-card-number": "card-number",
};

/**
 * What the card that is to sign has against a document (faq 19, 20). `document` is undefined where the file could not be
 * read: then the certificate's validity alone is checked. `waived`: preflight rules that a person set to a warning or off.
 */
export function checkBeforeSigning(
  identity: CardIdentity,
  document: Inspection | undefined,
  { waived = [], now }: { waived?: readonly string[]; now?: number } = {},
): Check[] {
  const known = CARD_NUMBER.test(identity.cardNumber) ? identity : { ...identity, cardNumber: "" };
  const entry = document?.zipped || document?.wrapped ? document.xmlName : undefined;
  const facts = document
    ? cardFacts(document.root, entry).filter(({ parent, name }) => COMPARED.test(`${parent}/${name}`))
    : [];
  const refuses = REFUSED_KINDS.has(document?.kind?.type ?? "");
  return checkCard(known, facts, now === undefined ? {} : { now }).map((check) => {
    const rule = SAME_RULE[check.rule];
    const mild = rule !== undefined && (!refuses || waived.includes(rule));
    return mild ? { ...check, severity: "warning" } : check;
  });
}

/** Throws for the first check that refuses, with the check's own code. */
export function assertMaySign(checks: readonly Check[]): void {
  const first = checks.find(({ severity }) => severity === "error");
  if (!first) return;
  const { rule, text, advice, path, line } = first;
  throw new ImportClientError(
    rule,
    line > 0
      ? { zh: `${text.zh}，${path}，第 ${line} 行`, en: `${text.en}, ${path} (line ${line})` }
      : { zh: `${text.zh}，${path}`, en: `${text.en}, ${path}` },
    { advice },
  );
}
