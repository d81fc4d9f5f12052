import type { BrokerConnection } from "./connection.js";

/** Messages that wait in a queue, asked passively on a channel of its own; null when it is not known. */
export async function queueDepth(connection: BrokerConnection | undefined, queue: string): Promise<number | null> {
  if (!connection || connection.state === "disconnected" || connection.state === "closed") return null;
  try {
    const { messageCount } = await connection.withChannel((channel) => channel.checkQueue(queue));
    return messageCount;
  } catch {
    return null;
  }
}
