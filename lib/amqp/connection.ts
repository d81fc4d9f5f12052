import { EventEmitter } from "node:events";
import type { Channel, ChannelModel, ConfirmChannel } from "amqplib";
import { connect as connectSocket } from "amqplib";
import { type BackOff, backOff } from "../back-off.js";
import { type Clock, SYSTEM_CLOCK } from "../clock.js";
import { type Ids, SYSTEM_IDS } from "../ids.js";
import type { Broker, ConnectionState, Consumer, ConsumerEvents, ConsumerOptions, PublishTarget } from "./broker.js";
import { askOnChannel, CLOSE_WITHIN, closeWithin } from "./channels.js";
import { ReceiptConsumer } from "./consumer.js";
import { BrokerError, brokerError, brokerFault, isRefusal } from "./faults.js";
import { refusalBehind } from "./handshake.js";
import { ConfirmedPublisher } from "./publisher.js";
import { amqpOptions, type BrokerSettings, eachHost, socketOptions } from "./settings.js";

export interface ConnectionEvents {
  state: [ConnectionState, BrokerError | undefined];
}

/** Seconds while the network is away, up to five minutes while login is refused, which no hurry mends (faq 5). */
const PAUSE: Readonly<Record<"network" | "refused", BackOff>> = {
  network: { first: 250, longest: 15_000 },
  refused: { first: 5000, longest: 300_000 },
};

/** A connection that lasted so long has worked; one that ends sooner counts as one more failed try. */
const LASTED = 5000;

/** One who wants a channel on whatever connection there is. */
interface ChannelKeeper {
  /** Why it has none although the connection stands. */
  readonly fault: unknown;
  /** What the broker refuses on it although it has one. */
  readonly refusal: unknown;
  connected(model: ChannelModel): Promise<void>;
}

/**
 * One connection that is shared by all who send and receive, and comes back by itself: to the next host when one cannot be
 * reached, and from the first one again when it was lost. Every listener belongs to one physical connection and goes with
 * it, so a reconnect cannot double one.
 */
export class BrokerConnection extends EventEmitter<ConnectionEvents> implements Broker {
  private readonly hosts: readonly BrokerSettings[];
  private readonly keepers = new Set<ChannelKeeper>();
  private readonly readers = new Map<string, number>();
  private model: ChannelModel | undefined;
  private cancel: (() => void) | undefined;
  private host = 0;
  private tried: BrokerSettings;
  private tries = 0;
  private since = 0;
  private running = false;
  /** Rises with each start and stop: a connection that was asked for before is not wanted any more. */
  private turn = 0;
  /** Connections that are being made, and what is being closed. */
  private readonly attempts = new Set<Promise<unknown>>();
  private closing: Promise<void> | undefined;
  private now: ConnectionState = "disconnected";
  private fault: BrokerError | undefined;

  constructor(
    readonly settings: BrokerSettings,
    readonly clock: Clock = SYSTEM_CLOCK,
    readonly ids: Ids = SYSTEM_IDS,
  ) {
    super();
    this.hosts = eachHost(settings);
    this.tried = this.hosts[0] as BrokerSettings;
    this.setMaxListeners(0);
  }

  get state(): ConnectionState {
    return this.now;
  }

  get lastFault(): BrokerError | undefined {
    return this.fault;
  }

  /** What keeps one of our own from its queue or exchange although the connection stands, or has the broker refuse what it sends. */
  get channelFault(): BrokerError | undefined {
    if (this.now !== "connected") return undefined;
    for (const { fault, refusal } of this.keepers) {
      const found = fault ?? refusal;
      if (found !== undefined) return found instanceof BrokerError ? found : brokerError(found, this.target);
    }
    return undefined;
  }

  get target(): BrokerSettings {
    return this.tried;
  }

  /** Connects, and keeps trying until `suspend` or `close`. */
  start(): void {
    if (this.running) return;
    this.running = true;
    this.turn++;
    this.fault = undefined;
    void this.connect();
  }

  publisher(to: PublishTarget): ConfirmedPublisher {
    return new ConfirmedPublisher(this, to);
  }

  consumer(options: ConsumerOptions, events: ConsumerEvents): Consumer {
    return new ReceiptConsumer(this, options, events);
  }

  /** Tells one of each connection, of the present one at once. */
  keep(keeper: ChannelKeeper): void {
    this.keepers.add(keeper);
    if (this.model) void keeper.connected(this.model);
  }

  drop(keeper: ChannelKeeper): void {
    this.keepers.delete(keeper);
  }

  /** Is this the connection that stands now? */
  has(model: ChannelModel): boolean {
    return this.model === model;
  }

  /** A confirm channel for whoever asks; rejects when there is no connection, or no channel is left on it. */
  async confirmChannel(): Promise<ConfirmChannel> {
    return this.connected().createConfirmChannel();
  }

  /** Counts who reads a queue here, so that readers elsewhere are not taken for our own (faq 6). */
  reading(queue: string, change: 1 | -1): void {
    const count = (this.readers.get(queue) ?? 0) + change;
    if (count > 0) this.readers.set(queue, count);
    else this.readers.delete(queue);
  }

  /** Our own readers of a queue. */
  readersHere(queue: string): number {
    return this.readers.get(queue) ?? 0;
  }

  /** Readers of a queue that are not on this connection. Rejects when the broker does not say. */
  async readersElsewhere(queue: string): Promise<number> {
    const { consumerCount } = await this.withChannel((channel) => channel.checkQueue(queue));
    return Math.max(0, consumerCount - this.readersHere(queue));
  }

  /** Runs one question on a channel of its own; rejects when there is no connection. */
  async withChannel<T>(ask: (channel: Channel) => Promise<T>): Promise<T> {
    return askOnChannel(this.connected(), ask);
  }

  /** Leaves the broker until the next `start`; who sends and receives here waits, as for a broker that is away. */
  suspend(): Promise<void> {
    return this.end("disconnected");
  }

  /** Resolves when nothing is left of the connection that there was, nor of one that was being made. */
  async gone(): Promise<void> {
    await Promise.all(this.attempts);
    await this.closing;
  }

  close(): Promise<void> {
    this.keepers.clear();
    return this.end("closed");
  }

  private async end(state: ConnectionState): Promise<void> {
    this.running = false;
    this.turn++;
    this.cancel?.();
    const model = this.model;
    this.model = undefined;
    this.fault = undefined;
    this.become(state, undefined);
    if (model) await this.leave(model);
    else await this.closing;
  }

  private leave(model: ChannelModel): Promise<void> {
    const before = this.closing;
    const closing = Promise.all([before, closeWithin(model, CLOSE_WITHIN)]).then(() => {
      if (this.closing === closing) this.closing = undefined;
    });
    this.closing = closing;
    return closing;
  }

  private connected(): ChannelModel {
    if (this.model) return this.model;
    throw this.fault ?? brokerError(new Error("not connected"), this.target);
  }

  private async connect(): Promise<void> {
    const { turn } = this;
    this.tried = this.hosts[this.host] as BrokerSettings;
    this.become("connecting", this.fault);
    let model: ChannelModel;
    try {
      const asked = connectSocket(amqpOptions(this.target), socketOptions(this.target));
      const attempt = asked.catch(() => undefined).finally(() => this.attempts.delete(attempt));
      this.attempts.add(attempt);
      model = await asked;
    } catch (error) {
      const refusal = await refusalBehind(error, this.target);
      if (turn === this.turn) this.failed(refusal);
      return;
    }
    if (turn !== this.turn) {
      await this.leave(model);
      return;
    }
    let reason: unknown;
    model.on("error", (error) => {
      reason = error;
    });
    model.on("close", (error) => {
      if (this.model !== model) return;
      this.model = undefined;
      this.lost(reason ?? error ?? new Error("connection closed"));
    });
    model.on("blocked", () => this.has(model) && this.become("blocked", undefined));
    model.on("unblocked", () => this.has(model) && this.become("connected", undefined));
    this.model = model;
    this.since = this.clock.monotonic();
    this.fault = undefined;
    await Promise.all([...this.keepers].map((keeper) => keeper.connected(model)));
    if (this.model === model && this.now !== "blocked") this.become("connected", undefined);
  }

  /** The next host is tried at once; only a round over all of them, or a refused login, is followed by a pause. */
  private failed(error: unknown): void {
    const last = this.host === this.hosts.length - 1;
    this.report(error);
    this.host = last ? 0 : this.host + 1;
    if (last || isRefusal(brokerFault(error))) this.again(error);
    else void this.connect();
  }

  private lost(error: unknown): void {
    if (!this.running) return;
    if (this.clock.monotonic() - this.since >= LASTED) this.tries = 0;
    this.report(error);
    this.host = 0;
    this.again(error);
  }

  private report(error: unknown): void {
    this.fault = brokerError(error, this.target);
    this.become("disconnected", this.fault);
  }

  private again(error: unknown): void {
    const pause = isRefusal(brokerFault(error)) ? PAUSE.refused : PAUSE.network;
    this.cancel = this.clock.after(backOff(pause, this.tries++, this.ids.jitter()), () => void this.connect());
  }

  private become(state: ConnectionState, fault: BrokerError | undefined): void {
    if (this.now === state && this.fault === fault) return;
    this.now = state;
    this.emit("state", state, fault);
  }
}
