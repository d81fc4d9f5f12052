import type { Check } from "../document.js";
import { RULES } from "./rules.js";
import { type Overrides, runRules, runRulesInTurns } from "./run.js";
import type { PreflightContext } from "./types.js";

/**
 * Checks a document by every rule that holds for it, in one pass, before it is sent. `overrides` sets the severity of a
 * rule by its id, or switches it off. Never throws for what is in the document: a rule that fails is itself a finding,
 * `SW-RULE-FAULT`. The findings come by line. Reads neither files nor the network.
 */
export function preflight(context: PreflightContext, overrides?: Overrides): Check[] {
  return runRules(RULES, context, overrides);
}

/** As `preflight`, but lets the event loop have its turn every few milliseconds: a document may have 2 million elements. */
export function preflightInTurns(context: PreflightContext, overrides?: Overrides): Promise<Check[]> {
  return runRulesInTurns(RULES, context, overrides);
}

export { mergeChecks } from "./merge.js";
export { RULES } from "./rules.js";
export { FAULT, ruleApplies, runRules } from "./run.js";
export type { Finding, PreflightContext, Rule, RuleVisitor, Severity } from "./types.js";
