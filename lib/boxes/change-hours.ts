import type { Fault } from "../errors.js";
import type { DocumentRow } from "../ledger/index.js";
import { isPutOff } from "../ledger/rules/states.js";
import { wordsOf } from "../ledger/rules/words.js";
import type { Claims } from "./claims.js";
import type { BoxContext } from "./context.js";
import { beginsAt, type HoldWindow, opensAt } from "./hold-window.js";

/** Rows that are read at a time. */
const PAGE = 500;

/**
 * The hours of a gate were changed: what waits for a beginning of those `before`, with the gate's reason `why`, waits for the new ones
 * (`hours`; empty = for a person), and goes on when they have begun. What a person or a message put off until another time, or a person
 * released meanwhile, stays as it is. Resolves to how many have another time now; rejects as the ledger does.
 */
export async function changeHours(
  { ledger, clock, claims }: Pick<BoxContext, "ledger" | "clock"> & { claims: Pick<Claims, "putOffAnew"> },
  why: Fault,
  before: HoldWindow,
  hours: HoldWindow,
): Promise<number> {
  const { text } = wordsOf(why);
  let changed = 0;
  let last: DocumentRow | undefined;
  do {
    const rows = await ledger.query({ state: "held", limit: PAGE, ...(last && { before: last.id }) });
    for (const row of rows) {
      const now = clock.now();
      if (!isPutOff(row) || row.text !== text || row.retryAt <= now || !beginsAt(before, row.retryAt)) continue;
      const until = hours.length === 0 ? 0 : opensAt(hours, now) || now;
      if (until !== row.retryAt && (await claims.putOffAnew(row, why, until))) changed++;
    }
    last = rows.length === PAGE ? rows.at(-1) : undefined;
  } while (last);
  return changed;
}
