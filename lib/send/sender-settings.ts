import type { BusinessLimits } from "./window.js";

/** Between what RabbitMQ 4 (16 MiB) and RabbitMQ 3 (128 MiB) take; more would block the event loop for too long. */
export const LARGEST = 32 * 1024 * 1024;

/** How mq-send is set. */
export interface SenderSettings {
  /** The node's id: what it left unknown it takes up again. */
  id: string;
  exchange: string;
  /** The send queue; it is the routing key unless a document's fields name another. */
  queue: string;
  /** Documents' fields may name other queues, so that a missing one keeps none of them. */
  anyQueue?: boolean;
  /** Milliseconds to wait for a confirm. */
  confirmTimeout: number;
  /** Milliseconds that a document may wait for the broker before it fails with C18; 0 = for ever. */
  giveUpAfter: number;
  /** How often an unknown outcome is resent before the document is held. */
  attempts: number;
  /** Documents that may be on their way to the broker at once; absent = 100. */
  window?: number;
  /** Of these, how many of one business; absent = no limit of its own. */
  perBusiness?: BusinessLimits;
  /** Wrap the document in a DxpMsg. */
  wrap?: boolean;
  /** Most bytes of a message; absent = 32 MiB. */
  maxBytes?: number;
}
