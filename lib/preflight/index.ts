import type { Check } from "../document.js";
import { RULES } from "./rules.js";
import { runRules } from "./run.js";
import type { PreflightContext, Severity } from "./types.js";

/**
 * Checks a document by every rule that holds for it, in one pass, before it is sent. `overrides` sets the severity of a
 * rule by its id, or switches it off. Never throws for what is in the document: a rule that fails is itself a finding,
 * `SW-RULE-FAULT`. The findings come by line. Reads neither files nor the network.
 */
export function preflight(context: PreflightContext, overrides?: Readonly<Record<string, Severity | "off">>): Check[] {
  return runRules(RULES, context, overrides);
}

export { mergeChecks } from "./merge.js";
export { RULES } from "./rules.js";
export { FAULT, ruleApplies, runRules } from "./run.js";
export type { Finding, PreflightContext, Rule, RuleVisitor, Severity } from "./types.js";
