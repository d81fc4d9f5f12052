import type { Channel, ChannelModel } from "amqplib";
import { codeOf } from "../errors.js";
import { askOnChannel } from "./channels.js";
import type { BrokerSettings } from "./settings.js";

/**
 * Makes a durable queue of the set type when it is missing and the settings say so; one that is there stays as it is. The
 * government's queues exist, so the default is to declare nothing. Rejects with what the broker answers.
 */
export async function ensureQueue(connection: ChannelModel, settings: BrokerSettings, name: string): Promise<void> {
  const { declare = "no" } = settings;
  if (declare === "no" || name === "") return;
  try {
    await askOnChannel(connection, (channel) => channel.checkQueue(name));
  } catch (error) {
    if (codeOf(error) !== "404") throw error;
    const options = { durable: true, arguments: { "x-queue-type": declare } };
    await askOnChannel(connection, (channel) => channel.assertQueue(name, options));
  }
}

/** Rejects when there is no such exchange. */
export function assertExchange(connection: ChannelModel, name: string): Promise<void> {
  return assertThere(connection, (channel) => channel.checkExchange(name));
}

/** Rejects when there is no such queue. */
export function assertQueue(connection: ChannelModel, name: string): Promise<void> {
  return assertThere(connection, (channel) => channel.checkQueue(name));
}

/** What else than "not found" the broker answers says nothing: it may not allow the question. */
async function assertThere(connection: ChannelModel, ask: (channel: Channel) => Promise<unknown>): Promise<void> {
  try {
    await askOnChannel(connection, ask);
  } catch (error) {
    if (codeOf(error) === "404") throw error;
  }
}
