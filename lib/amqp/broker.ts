import type { Options } from "amqplib";
import type { BrokerError, BrokerFault } from "./faults.js";
import type { BrokerSettings } from "./settings.js";

/** `blocked`: connected, but the broker takes no messages for want of memory or disk. `closed`: for good, by us. */
export type ConnectionState = "connecting" | "connected" | "blocked" | "disconnected" | "closed";

/**
 * The broker, as those see it who send and receive: one connection that comes back by itself, publishers and consumers over
 * it. `BrokerConnection` is the real one; a test gives another.
 */
export interface Broker {
  readonly state: ConnectionState;
  /** Why it is not connected; undefined while it is. */
  readonly lastFault: BrokerError | undefined;
  /** The settings with the host that is connected, or was tried last. */
  readonly target: BrokerSettings;
  on(event: "state", listener: (state: ConnectionState, fault: BrokerError | undefined) => void): unknown;
  off(event: "state", listener: (state: ConnectionState, fault: BrokerError | undefined) => void): unknown;
  /** One who sends to this exchange or queue; to be started, and stopped, by whoever asked for it. */
  publisher(to: PublishTarget): Publisher;
  /** One who reads a queue; to be started, and stopped, by whoever asked for it. */
  consumer(options: ConsumerOptions, events: ConsumerEvents): Consumer;
}

/** Where a publisher sends to. */
export interface PublishTarget {
  /** Empty = the default exchange, whose routing keys are names of queues. */
  exchange: string;
  /** The queue that messages go to unless they say otherwise. It is made when it is missing and the settings say so. */
  queue: string;
  /** Messages name queues of their own, so a missing `queue` keeps none of them. */
  anyQueue?: boolean;
}

/**
 * How a publish ended (promises 1). `refused` and `too-large`: the broker certainly does not have it. `unknown`: it may have
 * it. `unsent`: it was not written, or was written behind one for which the broker had closed the channel already.
 */
export type PublishOutcome =
  | { kind: "confirmed" }
  | { kind: "refused"; reason: string; fault: BrokerFault }
  /** `limit`: the largest message in bytes that the broker takes. */
  | { kind: "too-large"; reason: string; limit: number }
  /** `later` is there when the broker can still answer: it resolves to that answer, or to `unknown` when none can come any more. */
  | { kind: "unknown"; reason: string; later?: Promise<PublishOutcome> }
  | { kind: "unsent"; reason: string };

export interface Publishing {
  exchange: string;
  routingKey: string;
  body: Buffer;
  properties: Options.Publish & { messageId: string };
  /** Milliseconds to wait for the confirm; not below the connection's heartbeat. */
  timeout: number;
  /**
   * On a channel of its own: when the broker closes that for it, no other message is hit. For those that may be refused by
   * themselves; at most `ALONE_AT_ONCE` at a time.
   */
  alone?: boolean;
}

/** Channels that a publisher opens beside its own for messages that go alone. */
export const ALONE_AT_ONCE = 4;

/** Publishes, each message with its own confirm. Emits `change` when `isOpen` or `fault` have changed. */
export interface Publisher {
  /** From now on it opens whenever the broker is connected. */
  start(): void;
  /** What still waits for its confirm becomes unknown. */
  stop(): Promise<void>;
  /** Can a message be written now? Not while the broker blocks publishers. */
  readonly isOpen: boolean;
  /** Why it cannot publish although the broker is connected: no such queue or exchange, no right to it. */
  readonly fault: BrokerError | undefined;
  publish(publishing: Publishing): Promise<PublishOutcome>;
  on(event: "change", listener: () => void): unknown;
  off(event: "change", listener: () => void): unknown;
}

/** A receipt delivery that the broker waits to have acknowledged. */
export interface Delivery {
  id: string;
  queue: string;
  messageId: string;
  redelivered: boolean;
  /** Milliseconds since the epoch. */
  receivedAt: number;
  /** The message's `type` property; empty when it has none. */
  type: string;
  /** From the headers; empty when they have none. */
  fileName: string;
  business: string;
  body: Buffer;
  /** Acknowledges it; does nothing when the channel that brought it has gone, the broker will then bring it again. */
  ack(): void;
  /** Ends one that nothing could be read from: acknowledged as well, or given to the queue's dead-letter exchange. */
  refuse(): void;
}

export interface ConsumerOptions {
  queue: string;
  prefetch: number;
  /** Nobody else may read the queue while we do. */
  exclusive: boolean;
  /** What becomes of a delivery that nothing could be read from, once its bytes are kept. */
  unreadable: "park" | "reject";
  /** Names of the headers that say which file and which business folder a receipt is for. */
  headers: { fileName: string; business: string };
}

export interface ConsumerEvents {
  /** A delivery has come; it stays unacknowledged until its `ack`. */
  onDelivery(delivery: Delivery): void;
  /** The channel that brought these has gone; the broker brings them again. */
  onGone(ids: readonly string[]): void;
  /** The queue cannot be consumed: missing, or exclusively used by another (faq 6). Tried again by itself. */
  onFault(error: BrokerError): void;
  onReady(): void;
  /** Others read the queue as well, so that receipts go to them, or to them alone (faq 6); undefined = no longer. */
  onShared(error: BrokerError | undefined): void;
}

/** Consumes a queue with a prefetch; acknowledges only what is asked for, on the channel that brought it. */
export interface Consumer {
  /** From now on it reads whenever the broker is connected. */
  start(): void;
  stop(): Promise<void>;
  /** Deliveries that are neither acknowledged nor refused, oldest first. */
  outstanding(): readonly Delivery[];
}
