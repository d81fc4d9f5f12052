import type { Channel, ChannelModel, ConsumeMessage } from "amqplib";
import type { Consumer, ConsumerEvents, ConsumerOptions, Delivery } from "./broker.js";
import type { BrokerConnection } from "./connection.js";
import { ensureQueue } from "./declare.js";
import { brokerError, faultError } from "./faults.js";
import { KeptChannel } from "./kept-channel.js";

/** How often it is asked whether anybody else reads the queue, in milliseconds. */
const CHECK_READERS = 30_000;

interface Out {
  delivery: Delivery;
  channel: Channel;
}

/** The real consumer: one channel with a prefetch. */
export class ReceiptConsumer implements Consumer {
  /** Deliveries that wait for their acknowledgement, by id. */
  private readonly out = new Map<string, Out>();
  private readonly kept: KeptChannel<Channel>;
  private reading: Channel | undefined;
  private cancelCheck: (() => void) | undefined;

  constructor(
    private readonly connection: BrokerConnection,
    private readonly options: ConsumerOptions,
    private readonly events: ConsumerEvents,
  ) {
    this.kept = new KeptChannel(connection, {
      open: (model) => this.open(model),
      begin: (channel) => this.begin(channel),
      gone: (channel) => this.gone(channel),
      fault: (error) => {
        if (error) this.events.onFault(brokerError(error, connection.target, options.queue));
      },
    });
  }

  start(): void {
    this.kept.start();
  }

  async stop(): Promise<void> {
    this.reading = undefined;
    this.cancelCheck?.();
    await this.kept.stop();
  }

  outstanding(): Delivery[] {
    return [...this.out.values()].map(({ delivery }) => delivery);
  }

  private async open(model: ChannelModel): Promise<Channel> {
    await ensureQueue(model, this.connection.settings, this.options.queue);
    return model.createChannel();
  }

  private async begin(channel: Channel): Promise<void> {
    const { queue, prefetch, exclusive } = this.options;
    this.reading = channel;
    // Counted before the broker counts it, so that two of our own never see each other as strangers.
    this.connection.reading(queue, 1);
    await channel.prefetch(prefetch);
    const take = (message: ConsumeMessage | null) => {
      if (this.reading !== channel) return;
      if (message) this.take(channel, message);
      // The broker ended the consumer: its queue was deleted, or moved to another node of the cluster.
      else this.kept.abandon(channel, Object.assign(new Error("NOT_FOUND queue deleted"), { code: 404 }));
    };
    await channel.consume(queue, take, { exclusive });
    if (this.reading !== channel) return;
    this.events.onReady();
    if (!exclusive) void this.checkReaders(channel, false);
  }

  private gone(channel: Channel): void {
    this.connection.reading(this.options.queue, -1);
    if (this.reading === channel) this.reading = undefined;
    this.cancelCheck?.();
    const ids = [...this.out].filter(([, out]) => out.channel === channel).map(([id]) => id);
    for (const id of ids) this.out.delete(id);
    this.events.onGone(ids);
  }

  /**
   * Two readers of one queue take receipts from each other, and with a single active consumer the second one waits in
   * silence. The broker tells neither, but how many readers there are. After a broken connection our own old reader is
   * counted until the broker misses two heartbeats, so strangers are believed when they were `seen` before.
   */
  private async checkReaders(channel: Channel, seen: boolean): Promise<void> {
    this.cancelCheck?.();
    let others = 0;
    try {
      others = await this.connection.readersElsewhere(this.options.queue);
    } catch {
      // Not allowed to ask, or the connection has gone: then it is not known.
    }
    if (this.reading !== channel) return;
    const { target } = this.connection;
    if (others === 0) this.events.onShared(undefined);
    else if (seen) this.events.onShared(faultError("shared", target, this.options.queue));
    const { heartbeat } = target;
    const next = others > 0 && !seen && heartbeat > 0 ? (2 * heartbeat + 1) * 1000 : CHECK_READERS;
    this.cancelCheck = this.connection.clock.after(next, () => void this.checkReaders(channel, others > 0));
  }

  private take(channel: Channel, message: ConsumeMessage): void {
    const { headers = {}, messageId, type } = message.properties;
    const { queue, unreadable, headers: names } = this.options;
    const id = this.connection.ids.handle();
    const finish = (act: () => void) => {
      this.out.delete(id);
      try {
        act();
      } catch {
        // The channel has gone with the delivery; the broker brings it again.
      }
    };
    const delivery: Delivery = {
      id,
      queue,
      messageId: typeof messageId === "string" ? messageId : "",
      redelivered: message.fields.redelivered,
      receivedAt: this.connection.clock.now(),
      type: typeof type === "string" ? type : "",
      fileName: headerText(headers[names.fileName]),
      business: headerText(headers[names.business]),
      body: message.content,
      ack: () => finish(() => channel.ack(message)),
      // Never requeued: it would come again at once, and for ever.
      refuse: () => finish(() => (unreadable === "reject" ? channel.reject(message, false) : channel.ack(message))),
    };
    this.out.set(id, { delivery, channel });
    this.events.onDelivery(delivery);
  }
}

function headerText(value: unknown): string {
  return typeof value === "string" ? value : "";
}
