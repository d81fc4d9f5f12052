import { kindOf, meaningOf } from "../codes.js";
import type { Fault } from "../errors.js";
import type { DocumentRow } from "../ledger/index.js";

/** How a claim ends, or goes on. */
export type Outcome = "sent" | "failed" | "retry";

/**
 * What becomes of a document that a flow hands to `settle`: sent when there is no fault. A fault of the machine, of a setting
 * or of the card sends it back to OutBox until that is over, one that may pass as often as `retryTimes` and the code allow;
 * every other one fails it. A send that has begun never goes back: `fail` holds what is uncertain.
 */
export function outcomeFor(fault: Fault | undefined, row: DocumentRow | undefined, retryTimes: number): Outcome {
  if (!fault) return "sent";
  if (row?.state !== "claimed") return "failed";
  switch (kindOf(fault)) {
    case "waits":
    case "refuses":
      return "retry";
    case "retries":
      return row.tries < Math.min(retryTimes, meaningOf(fault.code)?.times ?? retryTimes) ? "retry" : "failed";
    default:
      return "failed";
  }
}
