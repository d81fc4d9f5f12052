import type { ChannelModel } from "amqplib";
import { codeOf } from "../errors.js";
import { closeChannel } from "./connection.js";
import type { BrokerSettings } from "./settings.js";

/**
 * Makes a durable queue of the set type when it is missing and the settings say so; one that is there stays as it is. The
 * government's queues exist, so the default is to declare nothing. Rejects with what the broker answers.
 */
export async function ensureQueue(connection: ChannelModel, settings: BrokerSettings, name: string): Promise<void> {
  const { declare = "no" } = settings;
  if (declare === "no" || name === "") return;
  try {
    await onChannel(connection, (channel) => channel.checkQueue(name));
  } catch (error) {
    if (codeOf(error) !== "404") throw error;
    const options = { durable: true, arguments: { "x-queue-type": declare } };
    await onChannel(connection, (channel) => channel.assertQueue(name, options));
  }
}

/** Rejects when there is no such exchange. What else the broker answers says nothing: it may not allow the question. */
export async function assertExchange(connection: ChannelModel, name: string): Promise<void> {
  try {
    await onChannel(connection, (channel) => channel.checkExchange(name));
  } catch (error) {
    if (codeOf(error) === "404") throw error;
  }
}

type Channel = Awaited<ReturnType<ChannelModel["createChannel"]>>;

/** A refused question closes its channel, so each has one of its own. */
async function onChannel(connection: ChannelModel, ask: (channel: Channel) => Promise<unknown>): Promise<void> {
  const channel = await connection.createChannel();
  channel.on("error", () => {});
  await ask(channel);
  await closeChannel(channel);
}
