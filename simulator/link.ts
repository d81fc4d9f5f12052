import { setMaxListeners } from "node:events";
import { type Channel, type ChannelModel, type ConfirmChannel, type ConsumeMessage, connect } from "amqplib";
import type { BrokerAddress } from "./settings.js";

/** A message from the send queue; `ack` does nothing once the channel that brought it has gone. */
export interface LinkDelivery {
  message: ConsumeMessage;
  ack(): void;
}

export interface Outgoing {
  messageId: string;
  correlationId: string;
  type: string;
  headers: Record<string, string>;
  body: Buffer;
}

export interface LinkOptions {
  broker: BrokerAddress;
  sendQueue: string;
  receiveQueue: string;
  commandQueue: string;
  prefetch: number;
  onDelivery(delivery: LinkDelivery): void;
  onCommand(delivery: LinkDelivery): void;
  onReady(): void;
  onLost(reason: string): void;
}

interface Session {
  connection: ChannelModel;
  incoming: Channel;
  outgoing: ConfirmChannel;
  consumerTags: string[];
  alive: boolean;
  /** Publishes that wait for their confirm, by message id. */
  waiting: Map<string, { returned: boolean; fail: (error: Error) => void }>;
}

const RETRY_MS = 500;

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}

/** Connects to a broker, under a name that its management shows. */
export function connectTo(broker: BrokerAddress, name: string): Promise<ChannelModel> {
  return connect(
    {
      protocol: broker.tls ? "amqps" : "amqp",
      hostname: broker.host,
      port: broker.port,
      username: broker.user,
      password: broker.password,
      vhost: broker.vhost,
      heartbeat: 10,
    },
    {
      noDelay: true,
      timeout: 10_000,
      clientProperties: { connection_name: name },
      ...(broker.ca === "" ? {} : { ca: [broker.ca] }),
    },
  );
}

/** The connection to the broker: consumes one queue, publishes to another, comes back by itself. */
export class Link {
  private session: Session | undefined;
  private readonly stopping = new AbortController();
  private readonly waiters = new Set<(session: Session | undefined) => void>();
  private loop: Promise<void> | undefined;

  constructor(private readonly options: LinkOptions) {
    // Every answer that waits for its time listens to it.
    setMaxListeners(0, this.stopping.signal);
  }

  start(): void {
    this.loop ??= this.keepConnected();
  }

  private async keepConnected(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        const { session, gone } = await this.open();
        this.session = session;
        this.options.onReady();
        for (const waiter of this.waiters) waiter(session);
        this.waiters.clear();
        const reason = await gone;
        this.session = undefined;
        if (!this.stopping.signal.aborted) this.options.onLost(reason);
      } catch (error) {
        this.session = undefined;
        this.options.onLost(error instanceof Error ? error.message : String(error));
      }
      await wait(RETRY_MS, this.stopping.signal);
    }
  }

  private async open(): Promise<{ session: Session; gone: Promise<string> }> {
    const { broker, prefetch } = this.options;
    const connection = await connectTo(broker, "single-window-simulator");
    let ended: (reason: string) => void = () => undefined;
    const gone = new Promise<string>((resolve) => {
      ended = resolve;
    });
    let reason = "connection closed";
    connection.on("error", (error: Error) => {
      reason = error.message;
    });
    try {
      await this.declare(connection);
      const incoming = await connection.createChannel();
      const outgoing = await connection.createConfirmChannel();
      const session: Session = { connection, incoming, outgoing, consumerTags: [], alive: true, waiting: new Map() };
      const end = () => {
        if (!session.alive) return;
        session.alive = false;
        for (const { fail } of session.waiting.values()) fail(new Error(reason));
        session.waiting.clear();
        connection.close().catch(() => undefined);
        ended(reason);
      };
      connection.on("close", end);
      for (const channel of [incoming, outgoing]) {
        channel.on("error", (error: Error) => {
          reason = error.message;
        });
        channel.on("close", end);
      }
      outgoing.on("return", (message: ConsumeMessage) => {
        const entry = session.waiting.get(String(message.properties.messageId));
        if (entry) entry.returned = true;
      });
      await incoming.prefetch(prefetch);
      const consume = async (queue: string, take: (delivery: LinkDelivery) => void): Promise<void> => {
        const consumer = await incoming.consume(queue, (message) => {
          if (message === null) {
            reason = "the broker cancelled the consumer";
            end();
            return;
          }
          const ack = () => {
            if (session.alive) incoming.ack(message);
          };
          take({ message, ack });
        });
        session.consumerTags.push(consumer.consumerTag);
      };
      await consume(this.options.sendQueue, (delivery) => this.options.onDelivery(delivery));
      await consume(this.options.commandQueue, (delivery) => this.options.onCommand(delivery));
      return { session, gone };
    } catch (error) {
      await connection.close().catch(() => undefined);
      throw error;
    }
  }

  /** A queue that is there is taken as it is; one that is not is made durable. */
  private async declare(connection: ChannelModel): Promise<void> {
    const { sendQueue, receiveQueue, commandQueue } = this.options;
    for (const queue of [sendQueue, receiveQueue, commandQueue]) {
      let channel = await connection.createChannel();
      channel.on("error", () => undefined);
      try {
        await channel.checkQueue(queue);
      } catch {
        channel = await connection.createChannel();
        channel.on("error", () => undefined);
        await channel.assertQueue(queue, { durable: true });
      }
      await channel.close();
    }
  }

  private current(): Promise<Session | undefined> {
    if (this.session?.alive) return Promise.resolve(this.session);
    if (this.stopping.signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => this.waiters.add(resolve));
  }

  /** Publishes until the broker has confirmed; false when the simulator is stopped before. */
  async publish(message: Outgoing): Promise<boolean> {
    while (!this.stopping.signal.aborted) {
      const session = await this.current();
      if (!session) return false;
      try {
        await this.confirm(session, message);
        return true;
      } catch {
        await wait(RETRY_MS, this.stopping.signal);
      }
    }
    return false;
  }

  private confirm(session: Session, message: Outgoing): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry = { returned: false, fail: reject };
      session.waiting.set(message.messageId, entry);
      const { messageId, correlationId, type, headers } = message;
      session.outgoing.publish(
        "",
        this.options.receiveQueue,
        message.body,
        {
          persistent: true,
          mandatory: true,
          messageId,
          correlationId,
          type,
          contentType: "application/xml",
          timestamp: Math.floor(Date.now() / 1000),
          headers,
        },
        (error) => {
          session.waiting.delete(messageId);
          if (error) reject(error);
          else if (entry.returned) reject(new Error("returned"));
          else resolve();
        },
      );
    });
  }

  /** Takes no more messages; what is not acknowledged goes back to the queue when the connection closes. */
  async stop(): Promise<void> {
    const { session } = this;
    for (const tag of session?.consumerTags ?? []) {
      if (session?.alive) await session.incoming.cancel(tag).catch(() => undefined);
    }
    this.stopping.abort();
    for (const waiter of this.waiters) waiter(undefined);
    this.waiters.clear();
    if (session?.alive) await session.connection.close().catch(() => undefined);
    await this.loop;
  }

  /** Waits, unless the simulator is stopped. */
  pause(milliseconds: number): Promise<void> {
    return wait(milliseconds, this.stopping.signal);
  }
}
