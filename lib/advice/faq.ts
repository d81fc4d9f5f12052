import type { Bilingual } from "../errors.js";
import { faqItems } from "./faq-items.js";
import { explanationText } from "./speak.js";
import type { TextRule } from "./types.js";

/** The FAQ's items whose texts a receipt can carry, the more special ones first. */
export const faqRules: readonly TextRule[] = faqItems.flatMap(({ patterns, formats, ...explanation }) =>
  patterns.map((pattern) => ({ ...explanation, pattern, formats: formats ?? [] })),
);

/** The advice of an item of the FAQ by its number: `10` to `21`, `B1` to `B4`; undefined for any other. */
export function faqAdvice(item: string): Bilingual | undefined {
  const found = faqItems.find(({ id }) => id === `faq-${item.toLowerCase()}`);
  return found && explanationText(found);
}
