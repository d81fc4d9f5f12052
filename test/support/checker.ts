import type { Stage } from "./stage.js";

/**
 * What became of a load, in Jepsen's words, from three logs that do not know of each other: what the producer handed in,
 * our ledger, what the broker delivered to the government's side (promises 1).
 */
export interface Verdict {
  attempted: number;
  /** The ledger says sent, accepted or rejected. */
  acknowledged: number;
  /** Distinct keys that arrived at least once. */
  delivered: number;
  /** Handed in, and neither delivered, nor failed with a reason, nor still in our hands. */
  lost: string[];
  /** Delivered, and never handed in. */
  unexpected: string[];
  /** Delivered more than once by us; redeliveries by the broker itself do not count. */
  duplicated: string[];
  /** Duplicated, and the ledger does not say that it was resent after an unknown outcome. */
  silentlyDuplicated: string[];
  /** Acknowledged, and never delivered. */
  falselyAcknowledged: string[];
}

const ACKNOWLEDGED = ["sent", "accepted", "rejected"];

export function judge(stage: Stage, attempted: readonly string[]): Verdict {
  const mine = new Set(attempted);
  // Other loads of the same stage are not looked at, what nobody handed in at all is.
  const others = new Set(stage.handedIn().filter((key) => !mine.has(key)));
  const rows = stage.rows().filter(({ clientKey }) => mine.has(clientKey));
  const deliveries = new Map<string, number>();
  for (const line of stage.simulated()) {
    if (line.event !== "delivered") continue;
    const key = String(line.correlationId);
    if (others.has(key)) continue;
    deliveries.set(key, (deliveries.get(key) ?? 0) + (line.redelivered ? 0 : 1));
  }
  const known = new Map(rows.map((row) => [row.clientKey, row]));
  const resent = stage.resentKeys();
  const duplicated = [...deliveries].filter(([, count]) => count > 1).map(([key]) => key);
  const acknowledged = rows.filter(({ state }) => ACKNOWLEDGED.includes(state));
  return {
    attempted: attempted.length,
    acknowledged: acknowledged.length,
    delivered: deliveries.size,
    lost: attempted.filter((key) => !deliveries.has(key) && !known.has(key) && !stage.isWaiting(key)),
    unexpected: [...deliveries.keys()].filter((key) => !mine.has(key)),
    duplicated,
    silentlyDuplicated: duplicated.filter((key) => !resent.has(key)),
    falselyAcknowledged: acknowledged
      .filter(({ clientKey }) => !deliveries.has(clientKey))
      .map(({ clientKey }) => clientKey),
  };
}
