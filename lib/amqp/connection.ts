import { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import type { Channel, ChannelModel } from "amqplib";
import { connect as connectSocket } from "amqplib";
import { type Clock, SYSTEM_CLOCK } from "../clock.js";
import type { ImportClientError } from "../errors.js";
import { brokerError, brokerFault, isRefusal } from "./faults.js";
import { refusalBehind } from "./handshake.js";
import { amqpOptions, type BrokerSettings, eachHost, socketOptions } from "./settings.js";

export type ConnectionState = "connecting" | "connected" | "blocked" | "disconnected" | "closed";

export interface ConnectionEvents {
  state: [ConnectionState, ImportClientError | undefined];
}

/** Opens its channels on a fresh connection; called again after each reconnect. */
export type ChannelUser = (connection: ChannelModel) => Promise<void>;

/**
 * Pauses between two tries in milliseconds, doubled each time up to the longest: seconds while the network is away, up to
 * five minutes while login is refused, which no hurry mends (faq 5).
 */
const PAUSE = { network: { first: 250, longest: 15_000 }, refused: { first: 5000, longest: 300_000 } };

/** A connection that lasted so long has worked; one that ends sooner counts as one more failed try. */
const LASTED = 5000;

/** Until one who could not open its channels tries again on the same connection. */
const SET_UP_AGAIN = 5000;

/**
 * One connection that is shared by all who send and receive, and comes back by itself: to the next host when one cannot be
 * reached, and from the first one again when it was lost. Every listener belongs to one physical connection and goes with
 * it, so a reconnect cannot double one.
 */
export class BrokerConnection extends EventEmitter<ConnectionEvents> {
  private readonly hosts: readonly BrokerSettings[];
  private readonly users = new Set<ChannelUser>();
  private readonly readers = new Map<string, number>();
  private model: ChannelModel | undefined;
  private cancel: (() => void) | undefined;
  private host = 0;
  private tried: BrokerSettings;
  private tries = 0;
  private since = 0;
  private running = false;
  private now: ConnectionState = "disconnected";
  private fault: ImportClientError | undefined;

  constructor(
    readonly settings: BrokerSettings,
    readonly clock: Clock = SYSTEM_CLOCK,
  ) {
    super();
    this.hosts = eachHost(settings);
    this.tried = this.hosts[0] as BrokerSettings;
    this.setMaxListeners(0);
  }

  get state(): ConnectionState {
    return this.now;
  }

  /** Why it is not connected. */
  get lastFault(): ImportClientError | undefined {
    return this.fault;
  }

  /** The settings with the host that is connected, or was tried last. */
  get target(): BrokerSettings {
    return this.tried;
  }

  /** Connects, and keeps trying until `close`. */
  start(): void {
    if (this.running) return;
    this.running = true;
    void this.connect();
  }

  /** Registers one who needs channels; it is called at once when there is a connection. */
  async use(user: ChannelUser): Promise<void> {
    this.users.add(user);
    await this.setUpAgain(user);
  }

  leave(user: ChannelUser): void {
    this.users.delete(user);
  }

  /** Lets a user open its channels anew, whose own has gone while the connection stands. */
  async setUpAgain(user: ChannelUser): Promise<void> {
    if (this.model) await this.setUp(user, this.model);
  }

  /** Counts who reads a queue here, so that readers elsewhere can be told from our own (faq 6). */
  reading(queue: string, change: 1 | -1): void {
    this.readers.set(queue, (this.readers.get(queue) ?? 0) + change);
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

  /** Runs one question on a channel of its own, since a refused question closes its channel. */
  async withChannel<T>(ask: (channel: Channel) => Promise<T>): Promise<T> {
    if (!this.model) throw this.fault ?? brokerError(new Error("not connected"), this.target);
    const channel = await this.model.createChannel();
    channel.on("error", () => {});
    try {
      return await ask(channel);
    } finally {
      await closeChannel(channel);
    }
  }

  async close(): Promise<void> {
    this.running = false;
    this.cancel?.();
    const model = this.model;
    this.model = undefined;
    this.users.clear();
    this.become("closed", undefined);
    if (model) await closeWithin(model, 3000);
  }

  private async connect(): Promise<void> {
    this.tried = this.hosts[this.host] as BrokerSettings;
    this.become("connecting", this.fault);
    let model: ChannelModel;
    try {
      model = await connectSocket(amqpOptions(this.target), socketOptions(this.target));
    } catch (error) {
      this.failed(await refusalBehind(error, this.target));
      return;
    }
    if (!this.running) {
      await closeWithin(model, 3000);
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
    model.on("blocked", () => this.become("blocked", undefined));
    model.on("unblocked", () => this.become("connected", undefined));
    this.model = model;
    this.since = this.clock.now();
    this.fault = undefined;
    for (const user of this.users) await this.setUp(user, model);
    if (this.model === model && this.now !== "blocked") this.become("connected", undefined);
  }

  /** A user that cannot open its channels is asked again later; the others go on. */
  private async setUp(user: ChannelUser, model: ChannelModel): Promise<void> {
    try {
      await user(model);
    } catch (error) {
      this.fault = brokerError(error, this.target);
      this.clock.after(SET_UP_AGAIN, () => {
        if (this.model === model && this.users.has(user)) void this.setUp(user, model);
      });
    }
  }

  /** The next host is tried at once; only a round over all of them, or a refused login, is followed by a pause. */
  private failed(error: unknown): void {
    if (!this.running) return;
    const last = this.host === this.hosts.length - 1;
    this.tell(error);
    this.host = last ? 0 : this.host + 1;
    if (last || isRefusal(brokerFault(error))) this.again(error);
    else void this.connect();
  }

  private lost(error: unknown): void {
    if (!this.running) return;
    if (this.clock.now() - this.since >= LASTED) this.tries = 0;
    this.tell(error);
    this.host = 0;
    this.again(error);
  }

  private tell(error: unknown): void {
    this.fault = brokerError(error, this.target);
    this.become("disconnected", this.fault);
  }

  private again(error: unknown): void {
    const { first, longest } = isRefusal(brokerFault(error)) ? PAUSE.refused : PAUSE.network;
    const pause = Math.min(longest, first * 2 ** this.tries++);
    this.cancel = this.clock.after(pause * (0.5 + Math.random() / 2), () => void this.connect());
  }

  private become(state: ConnectionState, fault: ImportClientError | undefined): void {
    if (this.now === state && this.fault === fault) return;
    this.now = state;
    this.emit("state", state, fault);
  }
}

/**
 * Closes a channel. amqplib's own promise never ends when the connection closes meanwhile, as it does when Node-RED stops
 * all nodes at once; the channel's event comes in any case, but for a frozen broker.
 */
export function closeChannel(channel: Channel): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, 3000);
    function end(): void {
      clearTimeout(timer);
      resolve();
    }
    channel.once("close", end);
    channel.close().then(end, end);
  });
}

/** Closes politely, and cuts the line after so many milliseconds: a frozen broker does not answer. */
export async function closeWithin(model: ChannelModel, limit: number): Promise<void> {
  const { stream } = model.connection as unknown as { stream?: Duplex };
  // An error on the line ends amqplib's heartbeat as well.
  const timer = setTimeout(() => stream?.destroy(new Error("no answer to the close")), limit);
  const gone = new Promise<void>((resolve) => {
    model.once("close", () => resolve());
  });
  await Promise.race([model.close().catch(() => undefined), gone]);
  clearTimeout(timer);
}
