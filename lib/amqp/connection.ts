import { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import type { Channel, ChannelModel } from "amqplib";
import { connect as connectSocket } from "amqplib";
import type { ImportClientError } from "../errors.js";
import { brokerError, brokerFault, isRefusal } from "./faults.js";
import { refusalBehind } from "./handshake.js";
import { amqpOptions, type BrokerSettings, socketOptions } from "./settings.js";

export type ConnectionState = "connecting" | "connected" | "blocked" | "disconnected" | "closed";

export interface ConnectionEvents {
  state: [ConnectionState, ImportClientError | undefined];
}

/** Opens its channels on a fresh connection; called again after each reconnect. */
export type ChannelUser = (connection: ChannelModel) => Promise<void>;

/** Longest pause between two tries, in milliseconds: short while the network is away, minutes while login is refused (faq 5). */
const LONGEST = { network: 15_000, refused: 300_000 };

/**
 * One connection that is shared by all who send and receive, and comes back by itself. Every listener belongs to one
 * physical connection and goes with it, so a reconnect cannot double one.
 */
export class BrokerConnection extends EventEmitter<ConnectionEvents> {
  private readonly users = new Set<ChannelUser>();
  private model: ChannelModel | undefined;
  private timer: NodeJS.Timeout | undefined;
  private tries = 0;
  private running = false;
  private now: ConnectionState = "disconnected";
  private fault: ImportClientError | undefined;

  constructor(readonly settings: BrokerSettings) {
    super();
    this.setMaxListeners(0);
  }

  get state(): ConnectionState {
    return this.now;
  }

  /** Why it is not connected. */
  get lastFault(): ImportClientError | undefined {
    return this.fault;
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
    if (this.model) await this.setUp(user, this.model);
  }

  leave(user: ChannelUser): void {
    this.users.delete(user);
  }

  /** Runs one question on a channel of its own, since a refused question closes its channel. */
  async withChannel<T>(ask: (channel: Channel) => Promise<T>): Promise<T> {
    if (!this.model) throw this.fault ?? brokerError(new Error("not connected"), this.settings);
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
    clearTimeout(this.timer);
    const model = this.model;
    this.model = undefined;
    this.users.clear();
    this.become("closed", undefined);
    if (model) await closeWithin(model, 3000);
  }

  private async connect(): Promise<void> {
    this.become("connecting", this.fault);
    const { settings } = this;
    let model: ChannelModel;
    try {
      model = await connectSocket(amqpOptions(settings), socketOptions(settings));
    } catch (error) {
      this.lost(await refusalBehind(error, settings));
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
    this.tries = 0;
    this.fault = undefined;
    for (const user of this.users) await this.setUp(user, model);
    if (this.model === model) this.become("connected", undefined);
  }

  /** A user that cannot open its channels tells it itself; the others go on. */
  private async setUp(user: ChannelUser, model: ChannelModel): Promise<void> {
    try {
      await user(model);
    } catch (error) {
      this.fault = brokerError(error, this.settings);
    }
  }

  private lost(error: unknown): void {
    if (!this.running) return;
    this.fault = brokerError(error, this.settings);
    this.become("disconnected", this.fault);
    const longest = isRefusal(brokerFault(error)) ? LONGEST.refused : LONGEST.network;
    const pause = Math.min(longest, (longest === LONGEST.refused ? 5000 : 250) * 2 ** this.tries++);
    this.timer = setTimeout(() => void this.connect(), pause * (0.5 + Math.random() / 2));
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
