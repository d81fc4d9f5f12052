import { EventEmitter } from "node:events";
import type { Options } from "amqplib";
import { Fault } from "./decisions.js";
import type { Guard } from "./guards.js";
import type { Life } from "./scheduler.js";
import type { World } from "./world.js";

const CUT_BEFORE = new Fault("the line is cut before the message is stored", 0.03);
const CUT_AFTER = new Fault("the line is cut after the message was stored", 0.03);
const NACK = new Fault("the broker says no", 0.03);
const GIVEN_BACK = new Fault("the queue is not there", 0.05);
const CLOSED = new Fault("the broker closes the channel for it", 0.03);
const ACK_LATE = new Fault("the confirm is late", 0.05);
const TWICE = new Fault("the confirm comes twice", 0.02);
const FROZEN = new Fault("frozen as it writes to the broker", 0.02);
const WAY = new Fault("the way to the broker is slow", 0.2);
const CUT_DELIVERY = new Fault("the line is cut as a receipt is brought", 0.02);
const CUT_ACK = new Fault("the line is cut before the receipt's ack", 0.02);

/** A message as it was stored in the send queue. */
export interface StoredMessage {
  at: number;
  by: string;
  messageId: string;
  body: Buffer;
  /** It says that it may be a second one. */
  marked: boolean;
  attempt: string;
  key: string;
}

/** A receipt in the receive queue. */
export interface QueuedReceipt {
  id: number;
  messageId: string;
  body: Buffer;
  redelivered: boolean;
}

/** One line of a process to the broker: what is on it is lost with it. */
export class Line {
  readonly channels = new Set<SimChannel>();
  readonly readers = new Set<Reader>();
  broken = false;

  constructor(
    readonly life: Life,
    /** Called, in the process, when it finds the line broken. */
    readonly onBroken: () => void,
  ) {}
}

/** Who reads the receive queue over a line. */
export interface Reader {
  line: Line;
  prefetch: number;
  out: Map<number, QueuedReceipt>;
  bring(receipt: QueuedReceipt): void;
}

/** The channel of amqplib, as far as `Confirms` looks at it. */
export class SimChannel extends EventEmitter {
  closed = false;
  private readonly pending: ((error: unknown) => void)[] = [];
  /** The broker has closed it; what comes on it is thrown away. */
  over = false;

  constructor(
    private readonly broker: SimBroker,
    readonly line: Line,
  ) {
    super();
    line.channels.add(this);
  }

  publish(
    exchange: string,
    routingKey: string,
    body: Buffer,
    options: Options.Publish,
    answer: (error: unknown) => void,
  ): boolean {
    if (this.closed) throw new Error("Channel closed");
    const { without } = this.broker;
    const mandatory = without === "mandatory" ? false : options.mandatory;
    this.pending.push(answer);
    this.broker.written(this, {
      ...{ exchange, routingKey, body: Buffer.from(body), options: { ...options, mandatory } },
      answer: (error) => {
        // What a channel as a whole says of its messages, as `waitForConfirms` does.
        if (without === "a confirm of its own") for (const other of this.pending.splice(0)) other(null);
        answer(error);
      },
    });
    return true;
  }

  /** In the process: it has gone. */
  gone(reason?: unknown): void {
    if (this.closed) return;
    this.closed = true;
    this.line.channels.delete(this);
    if (reason !== undefined) this.emit("error", reason);
    this.emit("close");
  }
}

interface Written {
  exchange: string;
  routingKey: string;
  body: Buffer;
  options: Options.Publish;
  answer: (error: unknown) => void;
}

/** The broker and its two queues: what was sent, for the government's side, and the receipts for us. */
export class SimBroker {
  readonly stored: StoredMessage[] = [];
  /** Receipts that wait to be brought. */
  readonly receipts: QueuedReceipt[] = [];
  readonly readers: Reader[] = [];
  private lines: Line[] = [];
  private receiptIds = 0;

  constructor(private readonly world: World) {}

  /** The guard that is taken out. */
  get without(): Guard | undefined {
    return this.world.without;
  }

  /** A process has a line: where one alone may have it, no other one has. */
  opened(line: Line): void {
    const { world } = this;
    this.lines = this.lines.filter((one) => !one.broken && !one.life.dead);
    const [other] = this.lines.filter(({ life }) => life !== line.life);
    if (other && world.settings.link === "one" && world.shared)
      world.fail(`two have the link: ${other.life.name} and ${line.life.name}`);
    this.lines.push(line);
  }

  /** The lines of a process, also of nodes that are just being stopped. */
  linesOf(life: Life): Line[] {
    return this.lines.filter((line) => line.life === life && !line.broken);
  }

  /** Receipts that are not acknowledged. */
  get unanswered(): number {
    let count = this.receipts.length;
    for (const { out } of this.readers) count += out.size;
    return count;
  }

  written(channel: SimChannel, message: Written): void {
    const { world } = this;
    const { line } = channel;
    const who = line.life.number;
    const slow = world.decisions.happens(WAY, who) ? world.decisions.amount * 200 : 1;
    if (world.decisions.happens(FROZEN, who)) {
      world.freeze(line.life, 1000 + world.decisions.amount * 50_000);
      world.scheduler.at(world.scheduler.now, () => this.arrived(channel, message), line.life);
      return;
    }
    // Bytes in the kernel go on when their process has ended.
    world.scheduler.at(world.scheduler.now + slow, () => this.arrived(channel, message));
  }

  private arrived(channel: SimChannel, message: Written): void {
    const { world } = this;
    const { line } = channel;
    const { decisions } = world;
    const who = line.life.number;
    const id = String(message.options.messageId);
    if (line.broken || channel.over) return;
    if (decisions.happens(CUT_BEFORE, who)) {
      world.tell("broker", `loses ${id}: the line of ${line.life.name} is cut`);
      this.cut(line);
      return;
    }
    if (decisions.happens(CLOSED, who)) {
      world.tell("broker", `closes the channel for ${id}`);
      channel.over = true;
      const reason = { code: 541, classId: 60, methodId: 40 };
      this.back(line, () => channel.gone(Object.assign(new Error("Channel closed by server: 541"), reason)));
      return;
    }
    if (decisions.happens(NACK, who)) {
      world.tell("broker", `says no to ${id}`);
      this.back(line, () => message.answer(new Error("message nacked")));
      return;
    }
    if (decisions.happens(GIVEN_BACK, who)) {
      world.tell("broker", `has no queue for ${id}`);
      if (message.options.mandatory) {
        const fields = { replyCode: 312, replyText: "NO_ROUTE" };
        this.back(line, () => channel.emit("return", { fields, properties: message.options }));
      }
      this.back(line, () => message.answer(null));
      return;
    }
    this.store(line, message);
    if (decisions.happens(CUT_AFTER, who)) {
      world.tell("broker", `the line of ${line.life.name} is cut`);
      this.cut(line);
      return;
    }
    const late = decisions.happens(ACK_LATE, who) ? decisions.amount * 60_000 : 0;
    const answer = () => message.answer(null);
    this.back(line, answer, late);
    if (decisions.happens(TWICE, who)) this.back(line, answer, late);
  }

  private store({ life }: Line, { body, options }: Written): void {
    const { world } = this;
    const headers = (options.headers ?? {}) as Record<string, unknown>;
    const message: StoredMessage = {
      at: world.scheduler.now,
      by: life.name,
      messageId: String(options.messageId),
      body,
      marked: headers.possibleDuplicate === "1",
      attempt: String(headers.attempt ?? "1"),
      key: String(options.correlationId ?? ""),
    };
    if (!options.persistent) world.fail(`${message.messageId} does not survive a restart of the broker`);
    this.stored.push(message);
    world.checks.acts(life, message.messageId.slice(0, 36), `sends ${message.messageId}`);
    world.tell("broker", `stores ${message.messageId}${message.marked ? ", said to be a possible duplicate" : ""}`);
    world.government.took(message);
  }

  /** Something that the broker tells over a line, in the process that it belongs to. */
  back(line: Line, tell: () => void, late = 0): void {
    const { world } = this;
    world.scheduler.at(
      world.scheduler.now + 1 + late,
      () => {
        if (!line.broken) tell();
      },
      line.life,
    );
  }

  /** A line is over, for whatever reason; its process hears of it a moment later. */
  cut(line: Line): void {
    if (line.broken) return;
    line.broken = true;
    for (const reader of line.readers) this.leave(reader);
    const { world } = this;
    world.scheduler.at(world.scheduler.now + 1, () => line.onBroken(), line.life);
  }

  /** A receipt for us. */
  put(messageId: string, body: Buffer): void {
    this.receipts.push({ id: ++this.receiptIds, messageId, body, redelivered: false });
    this.give();
  }

  enter(reader: Reader): void {
    this.readers.push(reader);
    reader.line.readers.add(reader);
    this.give();
  }

  leave(reader: Reader): void {
    const at = this.readers.indexOf(reader);
    if (at === -1) return;
    this.readers.splice(at, 1);
    reader.line.readers.delete(reader);
    for (const receipt of [...reader.out.values()].reverse()) {
      receipt.redelivered = true;
      this.receipts.unshift(receipt);
    }
    reader.out.clear();
    this.give();
  }

  /** Gives out what waits, to whoever has room. */
  give(): void {
    const { world } = this;
    for (const reader of [...this.readers]) {
      while (this.receipts.length > 0 && reader.out.size < reader.prefetch && !reader.line.broken) {
        const receipt = this.receipts.shift() as QueuedReceipt;
        reader.out.set(receipt.id, receipt);
        if (world.decisions.happens(CUT_DELIVERY, reader.line.life.number)) {
          world.tell("broker", `the line of ${reader.line.life.name} is cut`);
          this.cut(reader.line);
          break;
        }
        this.back(reader.line, () => {
          if (reader.out.has(receipt.id)) reader.bring(receipt);
        });
      }
    }
  }

  acknowledged(reader: Reader, receipt: QueuedReceipt): void {
    const { world } = this;
    const { line } = reader;
    world.scheduler.at(world.scheduler.now + 1, () => {
      if (line.broken || !reader.out.has(receipt.id)) return;
      if (world.decisions.happens(CUT_ACK, line.life.number)) {
        world.tell("broker", `the line of ${line.life.name} is cut`);
        this.cut(line);
        return;
      }
      reader.out.delete(receipt.id);
      world.checks.acknowledged(receipt);
      world.tell("broker", `receipt ${receipt.messageId} is acknowledged`);
      this.give();
    });
  }
}
