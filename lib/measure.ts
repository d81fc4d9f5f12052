import { EventEmitter } from "node:events";

/** What is timed in passing: one signature of a card, one commit of a ledger. */
export type Measured = "sign" | "commit";

/** Hears how long each of them took, in seconds. While nobody listens, a measurement costs nothing. */
export const measurements = new EventEmitter<{ took: [what: Measured, seconds: number] }>();

/** Times a piece of work, whether it succeeds or fails, and tells `measurements` when it succeeded. */
export async function measure<T>(what: Measured, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  measurements.emit("took", what, (performance.now() - started) / 1000);
  return result;
}
