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
  /** Duplicated, and not every delivery but one says that it may be a repeat, or the ledger does not know why. */
  silentlyDuplicated: string[];
  /** Acknowledged, and never delivered. */
  falselyAcknowledged: string[];
  /** Not at its end, though nothing is wrong any more; each with its state, box and code. */
  stuck: string[];
  /** Failed or refused, though nothing was wrong with it; each with its code. */
  refused: string[];
  /** Failed, and somebody had spoilt it; each with its code. */
  spoilt: string[];
}

const ACKNOWLEDGED = ["sent", "accepted", "rejected"];
/** After these nothing more comes of itself. */
const ENDED = ["accepted", "rejected", "failed"];

/** Where what became of a load is read: a stage, or one whose ledger lies in a database (`shared-stage.ts`). */
export type Evidence = Pick<Stage, "rows" | "resentKeys" | "simulated" | "isWaiting" | "handedIn">;

/** `mayFail`: keys of documents that somebody has spoilt, which may have failed with a reason. */
export function judge(
  stage: Evidence,
  attempted: readonly string[],
  mayFail: ReadonlySet<string> = new Set<string>(),
): Verdict {
  const mine = new Set(attempted);
  // Other loads of the same stage are not looked at, what nobody handed in at all is.
  const others = new Set(stage.handedIn().filter((key) => !mine.has(key)));
  const rows = stage.rows().filter(({ clientKey }) => mine.has(clientKey));
  const deliveries = new Map<string, number>();
  const unmarked = new Map<string, number>();
  for (const line of stage.simulated()) {
    if (line.event !== "delivered") continue;
    const key = String(line.correlationId);
    if (others.has(key)) continue;
    deliveries.set(key, (deliveries.get(key) ?? 0) + (line.redelivered ? 0 : 1));
    if (!line.redelivered && !line.possibleDuplicate) unmarked.set(key, (unmarked.get(key) ?? 0) + 1);
  }
  const known = new Set(rows.map(({ clientKey }) => clientKey));
  const marked = stage.resentKeys();
  for (const { clientKey, possibleDuplicate } of rows) if (possibleDuplicate) marked.add(clientKey);
  const duplicated = [...deliveries].filter(([, count]) => count > 1).map(([key]) => key);
  const acknowledged = rows.filter(({ state }) => ACKNOWLEDGED.includes(state));
  const waiting = attempted.filter((key) => !known.has(key) && stage.isWaiting(key));
  return {
    attempted: attempted.length,
    acknowledged: acknowledged.length,
    delivered: deliveries.size,
    lost: attempted.filter((key) => !deliveries.has(key) && !known.has(key) && !stage.isWaiting(key)),
    unexpected: [...deliveries.keys()].filter((key) => !mine.has(key)),
    duplicated,
    silentlyDuplicated: duplicated.filter((key) => !marked.has(key) || (unmarked.get(key) ?? 0) > 1),
    falselyAcknowledged: acknowledged
      .filter(({ clientKey }) => !deliveries.has(clientKey))
      .map(({ clientKey }) => clientKey),
    stuck: [
      ...rows
        .filter(({ state, settled }) => !settled || !ENDED.includes(state))
        .map(({ fileName, state, settled, box, code }) =>
          [fileName, state, settled ? "settled" : "open", box, code].join(" "),
        ),
      ...waiting.map((key) => `${key} lies in OutBox`),
    ],
    refused: rows
      .filter(({ state, clientKey }) => state === "rejected" || (state === "failed" && !mayFail.has(clientKey)))
      .map(({ fileName, state, code }) => `${fileName} ${state} ${code}`),
    spoilt: rows
      .filter(({ state, clientKey }) => state === "failed" && mayFail.has(clientKey))
      .map(({ fileName, code }) => `${fileName} ${code}`),
  };
}

/** What of a verdict no fault excuses, by name; empty = every promise was kept. */
export function broken(verdict: Verdict): Record<string, string[]> {
  const { lost, unexpected, silentlyDuplicated, falselyAcknowledged, stuck, refused } = verdict;
  const all = { lost, unexpected, silentlyDuplicated, falselyAcknowledged, stuck, refused };
  return Object.fromEntries(Object.entries(all).filter(([, keys]) => keys.length > 0));
}
