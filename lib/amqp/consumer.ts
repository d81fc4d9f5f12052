import { randomUUID } from "node:crypto";
import type { Channel, ChannelModel, ConsumeMessage } from "amqplib";
import type { ImportClientError } from "../errors.js";
import type { Deliveries, Delivery } from "../intake/deliveries.js";
import { type BrokerConnection, closeChannel } from "./connection.js";
import { ensureQueue } from "./declare.js";
import { brokerError, faultError } from "./faults.js";

const REOPEN = 5000;

/** How often it is asked whether anybody else reads the queue. */
const LOOK_ROUND = 30_000;

export interface ConsumerEvents {
  /** A delivery has come; it stays unacknowledged until `Deliveries.ack`. */
  onDelivery(delivery: Delivery): void;
  /** The queue cannot be consumed: missing, or exclusively used by another (faq 6). Tried again by itself. */
  onFault(error: ImportClientError): void;
  onReady(): void;
  /** Others read the queue as well, so that receipts go to them, or to them alone (faq 6); undefined = no longer. */
  onShared(error: ImportClientError | undefined): void;
}

export interface ConsumerOptions {
  queue: string;
  prefetch: number;
  /** Nobody else may read the queue while we do. */
  exclusive: boolean;
  /** What becomes of a delivery that nothing could be read from, once its bytes are kept. */
  unreadable: "park" | "reject";
  /** Names of the headers that say which file and which business folder a receipt is for. */
  headers: { fileName: string; business: string };
}

/** Consumes a queue with a prefetch; acks only what is asked for, on the channel that brought it. */
export class ReceiptConsumer {
  private channel: Channel | undefined;
  private cancel: (() => void) | undefined;
  private cancelLook: (() => void) | undefined;
  private stopped = false;
  private readonly user = (connection: ChannelModel) => this.open(connection);

  constructor(
    private readonly connection: BrokerConnection,
    private readonly deliveries: Deliveries,
    private readonly options: ConsumerOptions,
    private readonly events: ConsumerEvents,
  ) {}

  async start(): Promise<void> {
    await this.connection.use(this.user);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel?.();
    this.cancelLook?.();
    this.connection.leave(this.user);
    const { channel } = this;
    this.channel = undefined;
    if (channel) await closeChannel(channel);
  }

  private async open(connection: ChannelModel): Promise<void> {
    const mine = new Set<string>();
    const { queue, prefetch, exclusive } = this.options;
    try {
      await ensureQueue(connection, this.connection.settings, queue);
    } catch (error) {
      this.fail(connection, error);
      return;
    }
    if (this.stopped) return;
    const channel = await connection.createChannel();
    let reason: unknown;
    // Counted before the broker counts it, so that two of our own never see each other as strangers.
    let counted = true;
    this.connection.reading(queue, 1);
    channel.on("error", (error) => {
      reason = error;
    });
    channel.on("close", () => {
      this.deliveries.forget(mine);
      if (counted) this.connection.reading(queue, -1);
      counted = false;
      if (this.channel !== channel || this.stopped) return;
      this.channel = undefined;
      this.fail(connection, reason ?? new Error("channel closed"));
    });
    this.channel = channel;
    try {
      await channel.prefetch(prefetch);
      const take = (message: ConsumeMessage | null) => {
        if (message) this.take(channel, message, mine);
        else this.cancelled(connection, channel);
      };
      await channel.consume(queue, take, { exclusive });
      this.events.onReady();
      if (!exclusive) void this.lookRound(false);
    } catch (error) {
      // A refused consume closes the channel, whose listener reports it.
      if (this.channel === channel) {
        this.channel = undefined;
        this.fail(connection, reason ?? error);
      }
    }
  }

  /** The broker ended the consumer: its queue was deleted, or moved to another node of the cluster. */
  private cancelled(connection: ChannelModel, channel: Channel): void {
    if (this.channel !== channel) return;
    this.channel = undefined;
    void closeChannel(channel);
    this.fail(connection, Object.assign(new Error("NOT_FOUND queue deleted"), { code: 404 }));
  }

  private fail(connection: ChannelModel, error: unknown): void {
    this.events.onFault(brokerError(error, this.connection.target, this.options.queue));
    this.cancel?.();
    this.cancelLook?.();
    if (this.stopped) return;
    this.cancel = this.connection.clock.after(REOPEN, () => {
      if (this.channel || this.connection.state === "disconnected" || this.connection.state === "closed") return;
      this.open(connection).catch(() => undefined);
    });
  }

  /**
   * Two readers of one queue take receipts from each other, and with a single active consumer the second one waits in
   * silence. The broker tells neither, but how many readers there are. After a broken connection our own old reader is
   * counted until the broker misses two heartbeats, so strangers are believed when they were `seen` before.
   */
  private async lookRound(seen: boolean): Promise<void> {
    this.cancelLook?.();
    const { channel } = this;
    let others = 0;
    try {
      others = await this.connection.readersElsewhere(this.options.queue);
    } catch {
      // Not allowed to ask, or the connection has gone: then it is not known.
    }
    if (this.stopped || !channel || this.channel !== channel) return;
    const { target } = this.connection;
    if (others === 0) this.events.onShared(undefined);
    else if (seen) this.events.onShared(faultError("shared", target, this.options.queue));
    const { heartbeat } = target;
    const next = others > 0 && !seen && heartbeat > 0 ? (2 * heartbeat + 1) * 1000 : LOOK_ROUND;
    this.cancelLook = this.connection.clock.after(next, () => void this.lookRound(others > 0));
  }

  private take(channel: Channel, message: ConsumeMessage, mine: Set<string>): void {
    const { headers = {}, messageId, type } = message.properties;
    const { queue, unreadable, headers: names } = this.options;
    const id = randomUUID();
    const finish = (act: () => void) => {
      mine.delete(id);
      try {
        act();
      } catch {
        // The channel has gone with the delivery; the broker brings it again.
      }
    };
    mine.add(id);
    const delivery: Delivery = {
      id,
      queue,
      messageId: typeof messageId === "string" ? messageId : "",
      redelivered: message.fields.redelivered,
      receivedAt: Date.now(),
      type: typeof type === "string" ? type : "",
      fileName: headerText(headers[names.fileName]),
      business: headerText(headers[names.business]),
      body: message.content,
      ack: () => finish(() => channel.ack(message)),
      // Never requeued: it would come again at once, and for ever.
      refuse: () => finish(() => (unreadable === "reject" ? channel.reject(message, false) : channel.ack(message))),
    };
    this.events.onDelivery(this.deliveries.add(delivery));
  }
}

function headerText(value: unknown): string {
  return typeof value === "string" ? value : "";
}
