import type { Channel, ChannelModel } from "amqplib";
import { type BackOff, backOff } from "../back-off.js";
import { closeChannel } from "./channels.js";
import type { BrokerConnection } from "./connection.js";

/** Milliseconds until a channel that could not be opened is tried again on the same connection. */
const REOPEN: BackOff = { first: 1000, longest: 30_000 };

/** A channel that was in use for so long is opened again at once when it goes. */
const LASTED = 1000;

/** What is done with a channel that somebody wants to have for as long as there is a connection. */
export interface ChannelWork<C extends Channel> {
  /** Looks whether what it needs is there, and makes the channel. Rejects with what the broker answers. */
  open(model: ChannelModel): Promise<C>;
  /** Puts it to use. When this rejects the channel is closed and opened again later. */
  begin(channel: C): Promise<void>;
  /** It has gone, with its connection or alone. */
  gone(channel: C): void;
  /** Why there is none although the connection stands; undefined = there is one. It is tried again by itself. */
  fault(error: unknown): void;
}

/**
 * One channel that is opened on each connection, and again when it alone has gone. Never more than one at a time: who
 * starts while the connection is made, or stops while the channel is, leaves none behind.
 */
export class KeptChannel<C extends Channel> {
  private model: ChannelModel | undefined;
  private channel: C | undefined;
  private cancel: (() => void) | undefined;
  private tries = 0;
  private stopped = false;
  /** Why there is none although the connection stands. */
  fault: unknown;
  /** What the broker refuses on it although it is there; on another connection nothing is known of that. */
  refusal: unknown;

  constructor(
    private readonly connection: BrokerConnection,
    private readonly work: ChannelWork<C>,
  ) {}

  /** From now on it is opened on each connection. Nobody is kept waiting for that: a line may hang. */
  start(): void {
    this.connection.keep(this);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel?.();
    this.connection.drop(this);
    const { channel } = this;
    this.channel = undefined;
    if (channel) await closeChannel(channel);
  }

  /** Called by the connection, as often as it likes, with what it has. */
  async connected(model: ChannelModel): Promise<void> {
    if (this.stopped || this.model === model) return;
    this.cancel?.();
    this.model = model;
    this.tries = 0;
    this.fault = undefined;
    this.refusal = undefined;
    await this.open(model);
  }

  /** Gives the channel up for a reason that the broker does not close it for. */
  abandon(channel: C, reason: unknown): void {
    if (this.channel !== channel) return;
    this.channel = undefined;
    void closeChannel(channel);
    if (this.model) this.failed(this.model, reason);
  }

  private isFor(model: ChannelModel): boolean {
    return !this.stopped && this.model === model && this.connection.has(model);
  }

  private async open(model: ChannelModel): Promise<void> {
    let channel: C;
    try {
      channel = await this.work.open(model);
    } catch (error) {
      if (this.isFor(model)) this.failed(model, error);
      return;
    }
    let reason: unknown;
    let ended = false;
    channel.on("error", (error) => {
      reason = error;
    });
    if (!this.isFor(model)) {
      void closeChannel(channel);
      return;
    }
    const since = this.connection.clock.monotonic();
    channel.once("close", () => {
      ended = true;
      this.work.gone(channel);
      if (this.channel !== channel) return;
      this.channel = undefined;
      // Without a reason of its own it went with its connection, and comes with the next.
      if (reason === undefined || !this.isFor(model)) return;
      if (this.connection.clock.monotonic() - since >= LASTED) void this.open(model);
      else this.failed(model, reason);
    });
    this.channel = channel;
    try {
      await this.work.begin(channel);
    } catch (error) {
      if (!ended) this.abandon(channel, error);
      return;
    }
    if (ended || this.channel !== channel) return;
    this.tries = 0;
    this.fault = undefined;
    this.work.fault(undefined);
  }

  private failed(model: ChannelModel, error: unknown): void {
    if (!this.isFor(model)) return;
    this.fault = error;
    this.work.fault(error);
    const { clock, ids } = this.connection;
    this.cancel?.();
    this.cancel = clock.after(backOff(REOPEN, this.tries++, ids.jitter()), () => {
      if (this.isFor(model)) void this.open(model);
    });
  }
}
