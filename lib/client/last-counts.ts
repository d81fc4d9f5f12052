import { ImportClientError } from "../errors.js";
import type { DocumentState, Ledger } from "../ledger/index.js";

export type Counts = Record<DocumentState, number>;

/** How many documents are in each state, as far as is known. */
export interface KnownCounts {
  /** Undefined where the ledger has never said it to this process. */
  counts: Counts | undefined;
  /** When that was so, milliseconds since the epoch; null: now, 0: never. */
  countsAt: number | null;
  /** Why it is not of now. */
  fault: ImportClientError | undefined;
}

/** By ledger: what it said last. */
const said = new WeakMap<Ledger, { counts: Counts; at: number }>();

/** What the ledger says, and while it does not answer what it said last. */
export async function knownCounts(ledger: Ledger, now: number): Promise<KnownCounts> {
  try {
    const counts = await ledger.counts();
    said.set(ledger, { counts, at: now });
    return { counts, countsAt: null, fault: undefined };
  } catch (error) {
    if (!(error instanceof ImportClientError)) throw error;
    const last = said.get(ledger);
    return { counts: last?.counts, countsAt: last?.at ?? 0, fault: error };
  }
}
