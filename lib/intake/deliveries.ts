import type { Delivery as BrokerDelivery } from "../amqp/broker.js";
import { crashPoint } from "../crash-point.js";
import type { Folders } from "../files/folders.js";
import { isPlainName } from "../files/names.js";
import { lastName } from "../receipts/file-name.js";
import type { ReceiptPart } from "./store.js";

/**
 * A delivery on its way through a flow. Its file name is a file's name and its business the code of a folder that exists, or they
 * are empty, whatever the headers say.
 */
export interface Delivery extends BrokerDelivery {
  /** What receipt-parse has read from the body, so that settle need not read it again. */
  parts?: readonly ReceiptPart[];
}

/** Deliveries that are on their way through a flow; bounded by the consumer's prefetch. */
export class Deliveries {
  private readonly open = new Map<string, Delivery>();

  constructor(private readonly folders: Folders) {}

  /**
   * Takes a delivery as the broker brought it; returns it as all others see it: what its headers call a file is a file's name,
   * what they call a business is a folder that exists, or they are empty. Nothing of a header is ever part of a path.
   */
  add(brought: BrokerDelivery): Delivery {
    const fileName = lastName(brought.fileName);
    const delivery = {
      ...brought,
      fileName: isPlainName(fileName) ? fileName : "",
      business: this.folders.named(brought.business)?.code ?? "",
    };
    this.open.set(delivery.id, delivery);
    return delivery;
  }

  get(id: string): Delivery | undefined {
    return this.open.get(id);
  }

  ack(id: string): void {
    this.end(id, (delivery) => delivery.ack());
  }

  refuse(id: string): void {
    this.end(id, (delivery) => delivery.refuse());
  }

  /** The channel has gone: the broker delivers these again. */
  forget(ids: Iterable<string>): void {
    for (const id of ids) this.open.delete(id);
  }

  get size(): number {
    return this.open.size;
  }

  private end(id: string, how: (delivery: Delivery) => void): void {
    const delivery = this.open.get(id);
    if (delivery) how(delivery);
    this.open.delete(id);
    crashPoint("receipt.after-ack");
  }
}
