import { EventEmitter } from "node:events";
import type { ChannelModel, ConfirmChannel } from "amqplib";
import { type BackOff, backOff } from "../back-off.js";
import { codeOf } from "../errors.js";
import { ALONE_AT_ONCE, type Publisher, type Publishing, type PublishOutcome, type PublishTarget } from "./broker.js";
import { closeChannel } from "./channels.js";
import { Confirms, faultOfPublish, isOfPublish } from "./confirms.js";
import type { BrokerConnection } from "./connection.js";
import { assertExchange, assertQueue, ensureQueue } from "./declare.js";
import { type BrokerError, type BrokerFault, BrokerTrouble, brokerError } from "./faults.js";
import { KeptChannel } from "./kept-channel.js";

/** Until it is asked again whether a queue that has gone is there. */
const ASK_AGAIN: BackOff = { first: 1000, longest: 15_000 };

/** What a publish is refused for that would be refused to any other as well: the account or the line, not the message. */
const OF_ALL: ReadonlySet<BrokerFault> = new Set<BrokerFault>(["full", "permission", "exchange", "timeout"]);

/**
 * The real publisher: one confirm channel for all, and a few more for messages that go alone.
 *
 * What it sends to is looked at before it opens. A missing exchange would close the channel at each publish and leave every
 * outcome unknown, a missing queue would have every message given back, so nothing is published then.
 */
export class ConfirmedPublisher extends EventEmitter<{ change: [] }> implements Publisher {
  private readonly kept: KeptChannel<ConfirmChannel>;
  private confirms: Confirms | undefined;
  /** Further channels, and of these the ones that nobody uses now. */
  private readonly further = new Set<Confirms>();
  private readonly idle: Confirms[] = [];
  private opening = 0;
  private model: ChannelModel | undefined;
  /** The largest message that the broker takes, as far as it has said so on this connection. */
  private limit = Number.POSITIVE_INFINITY;
  private why: BrokerError | undefined;
  /** What the broker did not take the last message for. It stands until it confirms one, or until there is another connection. */
  private refusal: BrokerError | undefined;
  private asking = false;
  private cancel: (() => void) | undefined;
  private stopped = false;

  /** Further channels at once; some of the few that may be allowed are for reading and asking. */
  private readonly most: number;

  constructor(
    private readonly connection: BrokerConnection,
    private readonly to: PublishTarget = { exchange: "", queue: "" },
  ) {
    super();
    const { channelMax } = connection.settings;
    this.most = channelMax ? Math.max(1, Math.min(ALONE_AT_ONCE, channelMax - 3)) : ALONE_AT_ONCE;
    this.kept = new KeptChannel(connection, {
      open: (model) => this.open(model),
      begin: async (channel) => this.begin(channel),
      gone: (channel) => this.gone(channel),
      fault: (error) => this.become(error),
    });
  }

  start(): void {
    this.kept.start();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel?.();
    const all = [this.confirms, ...this.further].filter((one) => one !== undefined);
    this.confirms = undefined;
    await Promise.all([this.kept.stop(), ...[...this.further].map(({ channel }) => closeChannel(channel))]);
    // A frozen broker closes nothing.
    for (const one of all) one.close(new Error("stopped"));
  }

  get isOpen(): boolean {
    return this.confirms !== undefined && this.why === undefined && this.connection.state === "connected";
  }

  get fault(): BrokerError | undefined {
    return this.connection.state === "connected" ? (this.why ?? this.refusal) : undefined;
  }

  /** Messages that wait for the broker's answer. */
  get unconfirmed(): number {
    let count = this.confirms?.size ?? 0;
    for (const { size } of this.further) count += size;
    return count;
  }

  async publish(publishing: Publishing): Promise<PublishOutcome> {
    if (!this.confirms || !this.isOpen) return { kind: "unsent", reason: "not connected" };
    const { limit } = this;
    if (publishing.body.length > limit) {
      return { kind: "too-large", reason: `the broker takes ${limit} bytes at most`, limit };
    }
    const outcome = await (publishing.alone ? this.alone(publishing) : this.confirms.publish(publishing));
    this.heard(outcome);
    if (outcome.kind === "too-large") this.limit = outcome.limit;
    const { exchange, routingKey } = publishing;
    if (outcome.kind === "refused" && outcome.fault === "queue" && exchange === "" && routingKey === this.to.queue) {
      void this.askForQueue(0);
    }
    return outcome;
  }

  private async alone(publishing: Publishing): Promise<PublishOutcome> {
    const confirms = await this.freeChannel(publishing.timeout);
    if (!confirms || this.stopped) return { kind: "unsent", reason: "no channel to send it alone" };
    try {
      return await confirms.publish(publishing);
    } finally {
      if (confirms.isOpen) this.idle.push(confirms);
    }
  }

  /** One of the further channels that nobody uses; undefined when there is none in so many milliseconds. */
  private async freeChannel(within: number): Promise<Confirms | undefined> {
    for (let free = this.idle.pop(); free; free = this.idle.pop()) if (free.isOpen) return free;
    if (this.further.size + this.opening >= this.most) return undefined;
    const { clock } = this.connection;
    const another = this.another().catch(() => undefined);
    let late = false;
    const opened = await new Promise<Confirms | undefined>((resolve) => {
      const cancel = clock.after(within, () => {
        late = true;
        resolve(undefined);
      });
      void another.then((confirms) => {
        cancel();
        if (late && confirms) this.idle.push(confirms);
        resolve(confirms);
      });
    });
    return opened;
  }

  private async another(): Promise<Confirms> {
    this.opening++;
    try {
      const channel = await this.connection.confirmChannel();
      const confirms = this.confirmsOn(channel);
      this.further.add(confirms);
      channel.once("close", () => this.further.delete(confirms));
      if (this.stopped) void closeChannel(channel);
      return confirms;
    } finally {
      this.opening--;
    }
  }

  private async open(model: ChannelModel): Promise<ConfirmChannel> {
    // Another connection may be to another broker.
    if (this.model !== model) {
      this.limit = Number.POSITIVE_INFINITY;
      this.refusal = undefined;
    }
    this.model = model;
    const { exchange, queue, anyQueue = false } = this.to;
    if (exchange !== "") await assertExchange(model, exchange);
    else {
      await ensureQueue(model, this.connection.settings, queue);
      if (queue !== "" && !anyQueue) await assertQueue(model, queue);
    }
    return model.createConfirmChannel();
  }

  private begin(channel: ConfirmChannel): void {
    this.confirms = this.confirmsOn(channel);
  }

  private confirmsOn(channel: ConfirmChannel): Confirms {
    // Of several that were out nobody knows which one it was closed for; what it was closed for is known.
    channel.on("error", (error) => {
      if (isOfPublish(error)) this.refuse(faultOfPublish(error), error);
    });
    return new Confirms(channel, this.connection.clock);
  }

  /** What the broker says to one message holds for the others, as far as it is not about that message. */
  private heard(outcome: PublishOutcome): void {
    if (outcome.kind === "confirmed") this.refuse(undefined);
    else if (outcome.kind === "refused") this.refuse(outcome.fault, new BrokerTrouble(outcome.fault, outcome.reason));
    else if (outcome.kind === "unknown" && outcome.later) {
      this.refuse("timeout", new BrokerTrouble("timeout", outcome.reason));
      void outcome.later.then((late) => this.heard(late));
    }
  }

  private refuse(fault: BrokerFault | undefined, error?: unknown): void {
    if (this.stopped || fault === this.refusal?.details.fault) return;
    if (fault !== undefined && !OF_ALL.has(fault)) return;
    const { exchange, queue } = this.to;
    this.refusal = fault && brokerError(error, this.connection.target, queue || exchange);
    // The connection is asked for it, too.
    this.kept.refusal = this.refusal;
    this.emit("change");
  }

  private gone(channel: ConfirmChannel): void {
    if (this.confirms?.channel !== channel) return;
    this.confirms = undefined;
    this.emit("change");
  }

  private become(error: unknown): void {
    const { exchange, queue } = this.to;
    this.cancel?.();
    this.why = error === undefined ? undefined : brokerError(error, this.connection.target, queue || exchange);
    // The connection is asked for it, too.
    this.kept.fault = error;
    this.emit("change");
  }

  /** The broker gave a message for our queue back: while the queue is missing the others need not try. */
  private async askForQueue(tries: number): Promise<void> {
    if (this.asking || this.stopped) return;
    this.asking = true;
    const { confirms } = this;
    let missing: unknown;
    try {
      await this.connection.withChannel((channel) => channel.checkQueue(this.to.queue));
    } catch (error) {
      // Any other answer says nothing: it may not allow the question.
      if (codeOf(error) === "404") missing = error;
    }
    this.asking = false;
    // With another channel it has been looked at anew.
    if (this.stopped || !confirms || this.confirms !== confirms) return;
    if (missing === undefined && this.why === undefined) return;
    this.become(missing);
    if (missing === undefined) return;
    const { clock, ids } = this.connection;
    this.cancel = clock.after(backOff(ASK_AGAIN, tries, ids.jitter()), () => void this.askForQueue(tries + 1));
  }
}
