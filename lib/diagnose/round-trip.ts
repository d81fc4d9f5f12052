import { randomUUID } from "node:crypto";
import type { ChannelModel, ConfirmChannel, ConsumeMessage } from "amqplib";
import { BrokerTrouble, brokerFault } from "../amqp/faults.js";
import { messageOf } from "../errors.js";
import type { Finding } from "./step.js";

/** When a message went and came, by our clock, and the broker's own time of it, in milliseconds since the epoch. */
export interface BrokerTime {
  before: number;
  after: number;
  broker: number;
  /** How exact the broker's time is, in milliseconds. */
  grain: number;
}

export interface RoundTrip {
  finding: Finding;
  /** Absent where the broker gave no time. */
  time?: BrokerTime;
}

/**
 * Sends one small message to a private queue (named by the broker, exclusive, gone with its connection) and gets it back.
 * Where the account may not have a queue of its own that is said, and is no failure: sending needs none. Rejects when the
 * broker holds up publishers (`blocked`), which a login alone does not show.
 *
 * The message is then rejected once, and comes back through the queue's own dead-letter route, on which RabbitMQ writes
 * its time (`x-death`): the only timestamp that every RabbitMQ gives.
 */
export async function makeRoundTrip(connection: ChannelModel): Promise<RoundTrip> {
  const blocked = new Promise<never>((_, reject) => {
    connection.on("blocked", (reason: unknown) => {
      const why = String((reason as { reason?: unknown } | undefined)?.reason ?? reason ?? "");
      reject(new BrokerTrouble("blocked", why, { zh: why, en: why }));
    });
  });
  blocked.catch(() => undefined);
  try {
    return await Promise.race([thereAndBack(connection), blocked]);
  } catch (error) {
    if (brokerFault(error) !== "permission") throw error;
    return {
      finding: {
        text: {
          zh: "该账号不能建立临时队列（ACCESS_REFUSED），未做往返测试；不影响收发",
          en: "the account may not have a queue of its own (ACCESS_REFUSED): no round trip was made; sending does not need it",
        },
      },
    };
  }
}

async function thereAndBack(connection: ChannelModel): Promise<RoundTrip> {
  const channel = await connection.createConfirmChannel();
  let refusal: unknown;
  const gone = new Promise<never>((_, reject) => {
    channel.on("error", (error) => {
      refusal = error;
    });
    channel.on("close", () => reject(refusal ?? new Error("channel closed")));
  });
  gone.catch(() => undefined);
  const queue = await Promise.race([privateQueue(channel), gone]);
  const came = deliveries(channel, queue);
  const start = performance.now();
  const before = Date.now();
  await Promise.race([publish(channel, queue), gone]);
  const confirmed = performance.now() - start;
  const first = await Promise.race([came.next(), gone]);
  const back = performance.now() - start;
  const finding = {
    text: {
      zh: `临时队列往返正常：确认 ${confirmed.toFixed(1)} 毫秒，取回 ${back.toFixed(1)} 毫秒`,
      en: `a message went to a private queue and back: confirmed in ${confirmed.toFixed(1)} ms, back in ${back.toFixed(1)} ms`,
    },
  };
  const own = timeIn(first);
  if (own) return { finding, time: { before, after: Date.now(), ...own } };
  // Without a way back for rejected messages it is simply dropped, and nothing more comes.
  const again = Date.now();
  channel.nack(first, false, false);
  const second = await Promise.race([came.next(), gone, later(2000)]).catch(() => undefined);
  const reply = second && timeIn(second);
  return { finding, ...(reply && { time: { before: again, after: Date.now(), ...reply } }) };
}

async function privateQueue(channel: ConfirmChannel): Promise<string> {
  const { queue } = await channel.assertQueue("", {
    exclusive: true,
    autoDelete: true,
    durable: false,
    // The default exchange routes by the queue's own name, which is the message's routing key already.
    deadLetterExchange: "",
  });
  return queue;
}

function publish(channel: ConfirmChannel, queue: string): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.publish("", queue, Buffer.from(randomUUID()), { mandatory: true }, (error) => {
      if (error) reject(new BrokerTrouble("closed", messageOf(error)));
      else resolve();
    });
  });
}

/** What the private queue brings, one after the other. */
function deliveries(channel: ConfirmChannel, queue: string): { next(): Promise<ConsumeMessage> } {
  const waiting: ConsumeMessage[] = [];
  let wake: ((message: ConsumeMessage) => void) | undefined;
  const began = channel.consume(queue, (message) => {
    if (!message) return;
    if (wake) wake(message);
    else waiting.push(message);
    wake = undefined;
  });
  began.catch(() => undefined);
  return {
    next: async () => {
      await began;
      const message = waiting.shift();
      if (message) return message;
      return new Promise((resolve) => {
        wake = resolve;
      });
    },
  };
}

/** The broker's time on a message: its own stamp where one is configured (we set none), or that of its dead-letter route. */
function timeIn({ properties }: ConsumeMessage): Pick<BrokerTime, "broker" | "grain"> | undefined {
  const { headers = {}, timestamp } = properties as { headers?: Record<string, unknown>; timestamp?: unknown };
  if (typeof headers.timestamp_in_ms === "number") return { broker: headers.timestamp_in_ms, grain: 1 };
  const deaths = headers["x-death"] as readonly { time?: { value?: unknown } }[] | undefined;
  const seconds = deaths?.[0]?.time?.value ?? timestamp;
  return typeof seconds === "number" ? { broker: seconds * 1000, grain: 1000 } : undefined;
}

function later(milliseconds: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error("nothing more came")), milliseconds).unref();
  });
}
