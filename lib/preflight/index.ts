import type { Check } from "../document.js";
import { companyCode } from "./company-code.js";
import { edocMissingPdf } from "./edoc-missing-pdf.js";
import { emptyNumeric } from "./empty-numeric.js";
import { runRules } from "./run.js";
import { senderId } from "./sender-id.js";
import type { PreflightContext, Rule, Severity } from "./types.js";
import { wrongFolder } from "./wrong-folder.js";

/** Every rule of this package. Adding one is adding a file and a line here. */
export const RULES: readonly Rule[] = [emptyNumeric, edocMissingPdf, senderId, companyCode, wrongFolder];

/**
 * Checks a document by every rule that holds for it, in one pass, before it is sent. `overrides` sets the severity of a
 * rule by its id, or switches it off. Never throws for what is in the document: a rule that fails is itself a finding,
 * `SW-RULE-FAULT`. The findings come by line. Reads neither files nor the network.
 */
export function preflight(context: PreflightContext, overrides?: Readonly<Record<string, Severity | "off">>): Check[] {
  return runRules(RULES, context, overrides);
}

export { FAULT, ruleApplies, runRules } from "./run.js";
export type { Finding, PreflightContext, Rule, RuleVisitor, Severity } from "./types.js";
