import { randomUUID } from "node:crypto";
import type { Channel, ChannelModel, ConsumeMessage } from "amqplib";
import type { Deliveries, Delivery } from "../client/deliveries.js";
import type { ImportClientError } from "../errors.js";
import { type BrokerConnection, closeChannel } from "./connection.js";
import { brokerError } from "./faults.js";

const REOPEN = 5000;

export interface ConsumerEvents {
  /** A delivery has come; it stays unacknowledged until `Deliveries.ack`. */
  onDelivery(delivery: Delivery): void;
  /** The queue cannot be consumed: missing, or exclusively used by another (faq 6). Tried again by itself. */
  onFault(error: ImportClientError): void;
  onReady(): void;
}

/** Consumes a queue with a prefetch; acks only what is asked for, on the channel that brought it. */
export class ReceiptConsumer {
  private channel: Channel | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private readonly user = (connection: ChannelModel) => this.open(connection);

  constructor(
    private readonly connection: BrokerConnection,
    private readonly deliveries: Deliveries,
    private readonly options: { queue: string; prefetch: number },
    private readonly events: ConsumerEvents,
  ) {}

  async start(): Promise<void> {
    await this.connection.use(this.user);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    this.connection.leave(this.user);
    const { channel } = this;
    this.channel = undefined;
    if (channel) await closeChannel(channel);
  }

  private async open(connection: ChannelModel): Promise<void> {
    const mine = new Set<string>();
    const channel = await connection.createChannel();
    let reason: unknown;
    channel.on("error", (error) => {
      reason = error;
    });
    channel.on("close", () => {
      this.deliveries.forget(mine);
      if (this.channel !== channel || this.stopped) return;
      this.channel = undefined;
      this.fail(connection, reason ?? new Error("channel closed"));
    });
    this.channel = channel;
    try {
      await channel.prefetch(this.options.prefetch);
      await channel.consume(this.options.queue, (message) => {
        if (message) this.take(channel, message, mine);
        else this.fail(connection, Object.assign(new Error("NOT_FOUND queue deleted"), { code: 404 }));
      });
      this.events.onReady();
    } catch (error) {
      // A refused consume closes the channel, whose listener reports it.
      if (this.channel === channel) {
        this.channel = undefined;
        this.fail(connection, reason ?? error);
      }
    }
  }

  private fail(connection: ChannelModel, error: unknown): void {
    this.events.onFault(brokerError(error, this.connection.settings, this.options.queue));
    clearTimeout(this.timer);
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      if (this.channel || this.connection.state === "disconnected" || this.connection.state === "closed") return;
      this.open(connection).catch(() => undefined);
    }, REOPEN);
  }

  private take(channel: Channel, message: ConsumeMessage, mine: Set<string>): void {
    const { headers = {}, messageId } = message.properties;
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
      queue: this.options.queue,
      messageId: typeof messageId === "string" ? messageId : "",
      redelivered: message.fields.redelivered,
      receivedAt: Date.now(),
      fileName: headerText(headers.fileName),
      business: headerText(headers.business),
      body: message.content,
      ack: () => finish(() => channel.ack(message)),
    };
    this.deliveries.add(delivery);
    this.events.onDelivery(delivery);
  }
}

function headerText(value: unknown): string {
  return typeof value === "string" ? value : "";
}
