import { SYSTEM_CLOCK, waitAtMost } from "../clock.js";
import type { BrokerConnection } from "./connection.js";

/** Milliseconds that a broker is waited for which does not answer: whoever asks for the status waits as long. */
const SILENT = 1500;

/** Messages that wait in a queue, asked passively on a channel of its own; null when it is not known, or not told soon. */
export async function queueDepth(connection: BrokerConnection | undefined, queue: string): Promise<number | null> {
  if (!connection || connection.state === "disconnected" || connection.state === "closed") return null;
  let depth: number | null = null;
  const asked = connection
    .withChannel((channel) => channel.checkQueue(queue))
    .then(({ messageCount }) => {
      depth = messageCount;
    })
    .catch(() => undefined);
  await waitAtMost(SYSTEM_CLOCK, SILENT, asked);
  return depth;
}
