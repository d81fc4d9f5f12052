import { EventEmitter } from "node:events";
import type { ChannelModel, ConfirmChannel, Options } from "amqplib";
import { messageOf } from "../errors.js";
import { type BrokerConnection, closeChannel } from "./connection.js";
import { assertExchange, ensureQueue } from "./declare.js";

/**
 * How a publish ended (promises 1). `refused`: the broker certainly does not have it (nack, or returned as unroutable).
 * `unknown`: it may have it. `unsent`: no byte of it left us.
 */
export type PublishOutcome =
  | { kind: "confirmed" }
  | { kind: "refused"; reason: string; returned: boolean }
  | { kind: "unknown"; reason: string }
  | { kind: "unsent"; reason: string };

export interface Publishing {
  exchange: string;
  routingKey: string;
  body: Buffer;
  properties: Options.Publish & { messageId: string };
  /** Milliseconds to wait for the confirm; not below the connection's heartbeat. */
  timeout: number;
}

const NACKED = "message nacked";

interface Pending {
  settle(outcome: PublishOutcome): void;
  returned: string | undefined;
}

/**
 * Publishes on one confirm channel, mandatory, each message with its own confirm. A returned message is matched by its
 * message id and overrides the ack that follows it. When the channel goes, whatever it still waited for is unknown: of
 * neighbours of a bad publish some are stored (promises 1). Emits `open` when it can write again.
 */
export class ConfirmedPublisher extends EventEmitter<{ open: [] }> {
  private channel: ConfirmChannel | undefined;
  private readonly pending = new Map<string, Pending>();
  private readonly user = (connection: ChannelModel) => this.open(connection);

  /**
   * What it is for is looked at before it opens: `queue` is made when it is missing and the broker's settings say so; a
   * missing exchange would close the channel at each publish and leave every outcome unknown, so nothing is published then.
   */
  constructor(
    private readonly connection: BrokerConnection,
    private readonly to: { exchange: string; queue: string } = { exchange: "", queue: "" },
  ) {
    super();
  }

  async start(): Promise<void> {
    await this.connection.use(this.user);
  }

  async stop(): Promise<void> {
    this.connection.leave(this.user);
    const { channel } = this;
    this.channel = undefined;
    if (channel) await closeChannel(channel);
    this.abandon("stopped");
  }

  /** Can a message be written now? Not while the broker blocks publishers (memory or disk alarm). */
  get isOpen(): boolean {
    return this.channel !== undefined && this.connection.state === "connected";
  }

  /** Messages that wait for their confirm. */
  get unconfirmed(): number {
    return this.pending.size;
  }

  publish(publishing: Publishing): Promise<PublishOutcome> {
    const { channel } = this;
    const { messageId } = publishing.properties;
    if (!channel || !this.isOpen) return Promise.resolve({ kind: "unsent", reason: "not connected" });
    if (this.pending.has(messageId)) return Promise.resolve({ kind: "unsent", reason: "already under way" });
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => pending.settle({ kind: "unknown", reason: "no confirm in time" }),
        publishing.timeout,
      );
      const pending: Pending = {
        returned: undefined,
        settle: (outcome) => {
          clearTimeout(timer);
          if (this.pending.get(messageId) === pending) this.pending.delete(messageId);
          resolve(outcome);
        },
      };
      this.pending.set(messageId, pending);
      try {
        channel.publish(
          publishing.exchange,
          publishing.routingKey,
          publishing.body,
          { persistent: true, ...publishing.properties, mandatory: true },
          (error) => {
            if (pending.returned !== undefined) {
              pending.settle({ kind: "refused", reason: pending.returned, returned: true });
            } else if (!error) pending.settle({ kind: "confirmed" });
            // amqplib tells a nack from a closed channel by its text alone; whatever is not surely a nack is unknown.
            else if (messageOf(error) === NACKED) pending.settle({ kind: "refused", reason: "nack", returned: false });
            else pending.settle({ kind: "unknown", reason: messageOf(error) });
          },
        );
      } catch (error) {
        // Thrown before anything was written: closed channel, or properties that cannot be encoded.
        pending.settle({ kind: "unsent", reason: messageOf(error) });
      }
    });
  }

  private async open(connection: ChannelModel): Promise<void> {
    const { exchange, queue } = this.to;
    if (exchange === "") await ensureQueue(connection, this.connection.settings, queue);
    else await assertExchange(connection, exchange);
    const channel = await connection.createConfirmChannel();
    channel.on("error", () => {});
    channel.on("return", (message) => {
      const waiting = this.pending.get(String(message.properties.messageId));
      const { replyCode, replyText } = message.fields as { replyCode?: number; replyText?: string };
      if (waiting) waiting.returned = `${replyCode ?? ""} ${replyText ?? "returned"}`.trim();
    });
    channel.on("close", () => {
      if (this.channel !== channel) return;
      this.channel = undefined;
      this.abandon("channel closed");
      // The channel alone may have gone, for a bad publish of somebody else's: the connection still stands.
      if (this.connection.state === "connected") void this.connection.setUpAgain(this.user);
    });
    this.channel = channel;
    this.emit("open");
  }

  private abandon(reason: string): void {
    for (const pending of [...this.pending.values()]) pending.settle({ kind: "unknown", reason });
  }
}
