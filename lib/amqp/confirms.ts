import type { ConfirmChannel } from "amqplib";
import type { Clock } from "../clock.js";
import { codeOf, messageOf } from "../errors.js";
import type { Publishing, PublishOutcome } from "./broker.js";
import { type BrokerFault, brokerFault } from "./faults.js";

const NACKED = "message nacked";

/** RabbitMQ's word for a message that is larger than it takes, with that limit in bytes. */
const TOO_LARGE = /message size \d+ is larger than configured max size (\d+)/;

/** Class and method of `basic.publish`, which the broker names when it closes a channel for one. */
const PUBLISH = { classId: 60, methodId: 40 };

/** A message that is out. It does not hold the body, since the answer may come hours later. */
class Unanswered {
  /** What the broker said when it gave the message back. */
  returned: string | undefined;
  /** Resolves to the broker's answer, or to `unknown` when none can come any more. */
  readonly answer: Promise<PublishOutcome>;
  private settle!: (outcome: PublishOutcome) => void;

  constructor(
    readonly messageId: string,
    readonly size: number,
  ) {
    this.answer = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  end(outcome: PublishOutcome): void {
    this.settle(outcome);
  }

  /** The answer, or `unknown` when it does not come in time. */
  within(milliseconds: number, clock: Clock): Promise<PublishOutcome> {
    return new Promise((resolve) => {
      const late: PublishOutcome = { kind: "unknown", reason: "no confirm in time", later: this.answer };
      const cancel = clock.after(milliseconds, () => resolve(late));
      void this.answer.then((outcome) => {
        cancel();
        resolve(outcome);
      });
    });
  }
}

/**
 * One confirm channel and what the broker has not answered on it yet. Each message is mandatory and has its own confirm; one
 * that is given back is known by its message id, which overrides the ack that follows it. When the channel goes, whatever it
 * waited for is unknown: of the neighbours of a bad publish some are stored (promises 1).
 */
export class Confirms {
  /** In the order in which they were published, which is the order in which the broker takes them. */
  private readonly unanswered = new Set<Unanswered>();
  private closed = false;

  constructor(
    readonly channel: ConfirmChannel,
    private readonly clock: Clock,
  ) {
    let reason: unknown;
    channel.on("error", (error) => {
      reason = error;
    });
    channel.on("return", ({ fields, properties }) => {
      const { replyCode, replyText } = fields as { replyCode?: number; replyText?: string };
      const message = this.oldest(String(properties.messageId));
      if (message) message.returned = `${replyCode ?? ""} ${replyText ?? "returned"}`.trim();
    });
    channel.once("close", () => this.close(reason ?? new Error("channel closed")));
  }

  get isOpen(): boolean {
    return !this.closed;
  }

  /** Messages that wait for the broker's answer, in time or not. */
  get size(): number {
    return this.unanswered.size;
  }

  publish({ exchange, routingKey, body, properties, timeout }: Publishing): Promise<PublishOutcome> {
    const message = new Unanswered(properties.messageId, body.length);
    const outcome = message.within(timeout, this.clock);
    this.unanswered.add(message);
    try {
      const options = { persistent: true, ...properties, mandatory: true };
      this.channel.publish(exchange, routingKey, body, options, (error) => this.answered(message, error));
    } catch (error) {
      // Thrown before anything was written: closed channel, or properties that cannot be encoded.
      this.end(message, { kind: "unsent", reason: messageOf(error) });
    }
    return outcome;
  }

  /** Nobody asks for the answers any more; what has none is unknown. */
  close(reason: unknown): void {
    this.closed = true;
    const messages = [...this.unanswered];
    const limit = Number(TOO_LARGE.exec(messageOf(reason))?.[1]);
    let refused = messages.findIndex(({ size }) => size > limit);
    // With nothing else out it can have been no other.
    if (refused === -1 && messages.length === 1 && isOfPublish(reason)) refused = 0;
    const why = messageOf(reason);
    messages.forEach((message, index) => {
      if (refused === -1 || index < refused) this.end(message, { kind: "unknown", reason: why });
      // The broker throws away whatever comes on a channel that it has closed.
      else if (index > refused) this.end(message, { kind: "unsent", reason: why });
      else if (limit > 0) this.end(message, { kind: "too-large", reason: why, limit });
      else this.end(message, { kind: "refused", reason: why, fault: faultOfPublish(reason) });
    });
  }

  private answered(message: Unanswered, error: unknown): void {
    if (message.returned !== undefined) {
      this.end(message, { kind: "refused", reason: message.returned, fault: "queue" });
    } else if (!error) this.end(message, { kind: "confirmed" });
    // amqplib tells a nack from a closed channel by its text alone; the closed channel is heard of by its own event.
    else if (messageOf(error) === NACKED) this.end(message, { kind: "refused", reason: "nack", fault: "full" });
  }

  private end(message: Unanswered, outcome: PublishOutcome): void {
    this.unanswered.delete(message);
    message.end(outcome);
  }

  private oldest(messageId: string): Unanswered | undefined {
    for (const message of this.unanswered) {
      if (message.messageId === messageId && message.returned === undefined) return message;
    }
    return undefined;
  }
}

/** Was the channel closed for a publish on it? */
export function isOfPublish(reason: unknown): boolean {
  const { classId, methodId } = (reason ?? {}) as { classId?: unknown; methodId?: unknown };
  return classId === PUBLISH.classId && methodId === PUBLISH.methodId;
}

/** 406 is the broker's answer to what a message says of itself: a user that is not ours, a header of the wrong type. */
export function faultOfPublish(reason: unknown): BrokerFault {
  return codeOf(reason) === "406" ? "unacceptable" : brokerFault(reason);
}
