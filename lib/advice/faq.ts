import type { Bilingual } from "../errors.js";
import { cardFaults } from "./codes/card.js";
import { faqItems } from "./faq-items.js";
import { explanationText } from "./speak.js";
import type { CodeEntry, TextRule } from "./types.js";

/** A fault of the card by its code, wherever that stands in a text; not as a part of a longer number. */
function cardRule({ code, outcome: _outcome, ...explanation }: CodeEntry): TextRule {
  return { ...explanation, id: `card-${code}`, pattern: new RegExp(`(?<!\\d)${code}(?!\\d)`), formats: [] };
}

/** Words that a receipt's text can carry: the card's faults, then the FAQ's items, the more special ones first. */
export const faqRules: readonly TextRule[] = [
  ...cardFaults.map(cardRule),
  ...faqItems.flatMap(({ patterns, formats, ...explanation }) =>
    patterns.map((pattern) => ({ ...explanation, pattern, formats: formats ?? [] })),
  ),
];

/** The advice of an item of the FAQ by its number: `10` to `21`, `B1` to `B4`; undefined for any other. */
export function faqAdvice(item: string): Bilingual | undefined {
  const found = faqItems.find(({ id }) => id === `faq-${item.toLowerCase()}`);
  return found && explanationText(found);
}
