import type { ReceiptPart } from "../boxes/store-receipt.js";
import { crashPoint } from "../crash-point.js";

/** A receipt delivery that the broker waits to have acknowledged. */
export interface Delivery {
  id: string;
  queue: string;
  messageId: string;
  redelivered: boolean;
  receivedAt: number;
  /** From the headers; empty when they have none. */
  fileName: string;
  business: string;
  body: Buffer;
  /** What receipt-parse has read from the body, so that settle need not read it again. */
  parts?: readonly ReceiptPart[];
  /** Acknowledges it; does nothing when the channel that brought it has gone, the broker will then bring it again. */
  ack(): void;
}

/** Deliveries that are on their way through a flow; bounded by the consumer's prefetch. */
export class Deliveries {
  private readonly open = new Map<string, Delivery>();

  add(delivery: Delivery): void {
    this.open.set(delivery.id, delivery);
  }

  get(id: string): Delivery | undefined {
    return this.open.get(id);
  }

  ack(id: string): void {
    this.open.get(id)?.ack();
    this.open.delete(id);
    crashPoint("receipt.after-ack");
  }

  /** The channel has gone: the broker delivers these again. */
  forget(ids: Iterable<string>): void {
    for (const id of ids) this.open.delete(id);
  }

  get size(): number {
    return this.open.size;
  }
}
