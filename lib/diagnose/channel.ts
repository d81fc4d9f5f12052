import type { Channel, ChannelModel } from "amqplib";
import { closeChannel } from "../amqp/connection.js";

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
