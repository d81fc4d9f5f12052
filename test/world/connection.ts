import { EventEmitter } from "node:events";
import type { ConfirmChannel } from "amqplib";
import {
  ALONE_AT_ONCE,
  type Broker,
  type ConnectionState,
  type Consumer,
  type ConsumerEvents,
  type ConsumerOptions,
  type Delivery,
  type Publisher,
  type Publishing,
  type PublishOutcome,
  type PublishTarget,
} from "../../lib/amqp/broker.js";
import { Confirms } from "../../lib/amqp/confirms.js";
import { type BrokerError, faultError } from "../../lib/amqp/faults.js";
import type { BrokerSettings } from "../../lib/amqp/settings.js";
import { Line, type QueuedReceipt, type Reader, SimChannel } from "./broker.js";
import type { Doer, SimClock, SimIds } from "./ports.js";

const SETTINGS: BrokerSettings = {
  ...{ host: "broker", port: 5671, vhost: "/", user: "DEMO0001", password: "", tls: undefined },
  ...{ heartbeat: 10, connectTimeout: 10, connectionName: "world" },
};

/** Milliseconds until a broken line is made again. */
const AGAIN = 1000;

/** The broker as one process sees it: a line that comes back by itself. What waits for a confirm is kept by the real `Confirms`. */
export class SimConnection
  extends EventEmitter<{ state: [ConnectionState, BrokerError | undefined] }>
  implements Broker
{
  state: ConnectionState = "connecting";
  lastFault: BrokerError | undefined;
  readonly target = SETTINGS;
  line: Line | undefined;
  private connecting = false;
  private readonly users = new Set<{ connected(line: Line): void; gone(): void }>();

  constructor(
    readonly doer: Doer,
    readonly clock: SimClock,
    readonly ids: SimIds,
    /** May this process have a line now? */
    private readonly wanted: () => boolean,
  ) {
    super();
    this.setMaxListeners(0);
    this.follow();
  }

  /** What it may has changed: as `mq-broker` does it. */
  follow(): void {
    if (!this.wanted()) {
      const { line } = this;
      if (line) this.doer.world.broker.cut(line);
    } else if (!this.line && !this.connecting) this.connect(0);
  }

  publisher(to: PublishTarget): SimPublisher {
    return new SimPublisher(this, to);
  }

  consumer(options: ConsumerOptions, events: ConsumerEvents): SimConsumer {
    return new SimConsumer(this, options, events);
  }

  keep(user: { connected(line: Line): void; gone(): void }): void {
    this.users.add(user);
    if (this.line && !this.line.broken && this.state === "connected") user.connected(this.line);
  }

  drop(user: { connected(line: Line): void; gone(): void }): void {
    this.users.delete(user);
  }

  /** Over for good. */
  close(): void {
    const { line } = this;
    this.line = undefined;
    this.state = "closed";
    if (line) this.doer.world.broker.cut(line);
  }

  private connect(pause: number): void {
    this.connecting = true;
    this.clock.after(pause + 5 + this.doer.latency(), () => {
      this.connecting = false;
      if (this.state === "closed" || !this.wanted()) return;
      const line = new Line(this.doer.life, () => this.broke(line));
      this.line = line;
      this.doer.world.broker.opened(line);
      this.become("connected", undefined);
      for (const user of [...this.users]) user.connected(line);
    });
  }

  private broke(line: Line): void {
    if (this.line !== line) return;
    this.line = undefined;
    this.become("disconnected", faultError("closed", SETTINGS));
    for (const channel of [...line.channels]) channel.gone();
    for (const user of [...this.users]) user.gone();
    this.connect(AGAIN);
  }

  private become(state: ConnectionState, fault: BrokerError | undefined): void {
    this.state = state;
    this.lastFault = fault;
    this.emit("state", state, fault);
  }
}

export class SimPublisher extends EventEmitter<{ change: [] }> implements Publisher {
  readonly fault = undefined;
  private confirms: Confirms | undefined;
  private readonly further = new Set<Confirms>();
  private readonly idle: Confirms[] = [];
  private stopped = false;

  constructor(
    private readonly connection: SimConnection,
    readonly to: PublishTarget,
  ) {
    super();
    this.setMaxListeners(0);
  }

  start(): void {
    this.connection.keep(this);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.connection.drop(this);
    const all = [this.confirms, ...this.further].filter((one) => one !== undefined);
    this.confirms = undefined;
    for (const one of all) {
      (one.channel as unknown as SimChannel).gone();
      one.close(new Error("stopped"));
    }
  }

  get isOpen(): boolean {
    return this.confirms !== undefined && this.connection.state === "connected";
  }

  async publish(publishing: Publishing): Promise<PublishOutcome> {
    if (!this.confirms || !this.isOpen) return { kind: "unsent", reason: "not connected" };
    return publishing.alone ? this.alone(publishing) : this.confirms.publish(publishing);
  }

  connected(line: Line): void {
    if (this.stopped) return;
    this.open(line);
  }

  gone(): void {
    this.confirms = undefined;
    this.emit("change");
  }

  private async alone(publishing: Publishing): Promise<PublishOutcome> {
    let confirms = this.idle.pop();
    while (confirms && !confirms.isOpen) confirms = this.idle.pop();
    const { line } = this.connection;
    if (!confirms && this.further.size < ALONE_AT_ONCE && line) {
      confirms = this.channelOn(line);
      const another = confirms;
      this.further.add(another);
      another.channel.once("close", () => this.further.delete(another));
    }
    if (!confirms) return { kind: "unsent", reason: "no channel to send it alone" };
    try {
      return await confirms.publish(publishing);
    } finally {
      if (confirms.isOpen) this.idle.push(confirms);
    }
  }

  private open(line: Line): void {
    const confirms = this.channelOn(line);
    this.confirms = confirms;
    confirms.channel.once("close", () => {
      if (this.confirms !== confirms) return;
      this.confirms = undefined;
      this.emit("change");
      if (this.connection.line === line && !this.stopped) this.connection.clock.after(1000, () => this.again(line));
    });
    this.emit("change");
  }

  private again(line: Line): void {
    if (this.connection.line === line && !this.stopped && !this.confirms) this.open(line);
  }

  private channelOn(line: Line): Confirms {
    const { doer, clock } = this.connection;
    const channel = new SimChannel(doer.world.broker, line);
    return new Confirms(channel as unknown as ConfirmChannel, clock);
  }
}

export class SimConsumer implements Consumer {
  private reader: (Reader & { deliveries: Map<string, Delivery> }) | undefined;
  private stopped = false;

  constructor(
    private readonly connection: SimConnection,
    private readonly options: ConsumerOptions,
    private readonly events: ConsumerEvents,
  ) {}

  start(): void {
    this.connection.keep(this);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.connection.drop(this);
    const { reader } = this;
    if (reader) this.connection.doer.world.broker.leave(reader);
    this.gone();
  }

  outstanding(): readonly Delivery[] {
    return [...(this.reader?.deliveries.values() ?? [])];
  }

  connected(line: Line): void {
    if (this.stopped) return;
    const deliveries = new Map<string, Delivery>();
    const reader = {
      ...{ line, prefetch: this.options.prefetch, out: new Map<number, QueuedReceipt>(), deliveries },
      bring: (receipt: QueuedReceipt) => {
        const delivery = this.deliveryOf(receipt, reader);
        deliveries.set(delivery.id, delivery);
        this.events.onDelivery(delivery);
      },
    };
    this.reader = reader;
    this.connection.doer.world.broker.enter(reader);
    this.events.onReady();
  }

  gone(): void {
    const { reader } = this;
    this.reader = undefined;
    if (reader) this.events.onGone([...reader.deliveries.keys()]);
  }

  private deliveryOf(receipt: QueuedReceipt, reader: Reader & { deliveries: Map<string, Delivery> }): Delivery {
    const { doer, ids, clock } = this.connection;
    const id = ids.handle();
    const end = () => {
      if (doer.life.dead || !reader.deliveries.delete(id)) return;
      doer.world.broker.acknowledged(reader, receipt);
    };
    return {
      ...{ id, queue: this.options.queue, messageId: receipt.messageId, redelivered: receipt.redelivered },
      ...{ receivedAt: clock.now(), type: "", fileName: "", business: "", body: receipt.body },
      ...{ ack: end, refuse: end },
    };
  }
}
