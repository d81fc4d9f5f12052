import type { Duplex } from "node:stream";
import type { Channel, ChannelModel } from "amqplib";

/** Milliseconds until a broker that does not answer a close is not waited for any longer. */
export const CLOSE_WITHIN = 1500;

/**
 * Closes a channel. amqplib's own promise never ends when the connection closes meanwhile, as it does when Node-RED stops
 * all nodes at once; the channel's event comes in any case, but for a frozen broker.
 */
export function closeChannel(channel: Channel): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, CLOSE_WITHIN);
    function end(): void {
      clearTimeout(timer);
      resolve();
    }
    channel.once("close", end);
    channel.close().then(end, end);
  });
}

/** Closes politely, and cuts the line after so many milliseconds: a frozen broker does not answer. */
export async function closeWithin(model: ChannelModel, limit: number): Promise<void> {
  const { stream } = model.connection as unknown as { stream?: Duplex };
  // An error on the line ends amqplib's heartbeat as well.
  const timer = setTimeout(() => stream?.destroy(new Error("no answer to the close")), limit);
  const gone = new Promise<void>((resolve) => {
    model.once("close", () => resolve());
  });
  await Promise.race([model.close().catch(() => undefined), gone]);
  clearTimeout(timer);
}

/** Runs one question on a channel of its own: a refused one closes its channel, and the next needs another. */
export async function askOnChannel<T>(connection: ChannelModel, ask: (channel: Channel) => Promise<T>): Promise<T> {
  const channel = await connection.createChannel();
  channel.on("error", () => {});
  try {
    return await ask(channel);
  } finally {
    await closeChannel(channel);
  }
}
