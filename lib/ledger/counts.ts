import { STATES } from "./rules/states.js";
import type { DocumentCount, DocumentState } from "./types.js";

/** How many documents there are, in each state and of each business; a state that none is in has 0. */
export interface Counts {
  total: number;
  states: Record<DocumentState, number>;
  businesses: (Omit<Counts, "businesses"> & { business: string })[];
}

const none = () => ({
  total: 0,
  states: Object.fromEntries(STATES.map((state) => [state, 0])) as Record<DocumentState, number>,
});

function add(sum: Omit<Counts, "businesses">, { state, count }: DocumentCount): void {
  sum.total += count;
  sum.states[state] += count;
}

/** What `Ledger.count` gives, added up for people and flows. A business is one whatever the case of its letters. */
export function addedUp(counts: readonly DocumentCount[]): Counts {
  const all = none();
  const businesses = new Map<string, Counts["businesses"][number]>();
  for (const one of counts) {
    const code = one.business.toLowerCase();
    const sum = businesses.get(code) ?? { business: one.business, ...none() };
    businesses.set(code, sum);
    add(sum, one);
    add(all, one);
  }
  return { ...all, businesses: [...businesses.values()] };
}
