import { type BackOff, backOff } from "../back-off.js";
import type { BoxContext } from "../boxes/context.js";
import { waitAtMost } from "../clock.js";
import { codeOf, type Fault, nodeStops } from "../errors.js";
import { KeyedLock } from "../keyed-lock.js";
import { systemFault } from "../system-fault.js";
import type { Deliveries, Delivery } from "./deliveries.js";
import { PutAside, type PutAsideEvents } from "./put-aside.js";
import { readDelivery } from "./read.js";
import { type ReceiptPart, storeReceipt } from "./store.js";
import { UnknownCodes } from "./unknown-codes.js";

/** Milliseconds until a delivery that could not be stored is stored again. */
const STORE_AGAIN: BackOff = { first: 1000, longest: 60_000 };

/** Milliseconds in which what is being stored may end while the client closes; a node has 15 seconds for all of that. */
const A_MOMENT = 5000;

/** What is told of receipts as a whole. */
export interface IntakeEvents extends PutAsideEvents {
  /** Receipts wait for a folder that refuses them, and why; undefined: all of them are stored. */
  waits(fault: Fault | undefined): void;
}

/** What is known of bytes that are to be read as receipts. */
export interface IncomingFacts {
  /** The delivery that brought them, where there is one. */
  deliveryId?: string | undefined;
  fileName?: string | undefined;
  /** Milliseconds since the epoch. */
  receivedAt?: number | undefined;
}

/**
 * The receipt's way back: what a delivery brought is read, stored, and acknowledged only then (promises 6). When it cannot be
 * stored, for a full disk say, the delivery is kept and stored later, with pauses that grow: giving it back to the queue would
 * bring it again at once, and quorum queues drop a message after 20 deliveries.
 */
export class Intake {
  private readonly lock = new KeyedLock();
  /** Of each delivery that waits to be stored again: what cancels it. */
  private readonly waiting = new Map<string, () => void>();
  /** Of each delivery that could not be stored: what the disk refuses, by code and folder, and who hears when it is stored. */
  private readonly refused = new Map<string, { what: string; heard: ((stopped: boolean) => void)[] }>();
  private readonly unknownCodes: UnknownCodes;
  /** Receipts that nobody would hear of otherwise. */
  readonly putAside: PutAside;
  private closed = false;
  /** Receipts that are being stored now. */
  private readonly storing = new Set<Promise<void>>();

  /** `reportFault` hears of what fails in the background otherwise than it failed first. */
  constructor(
    private readonly context: BoxContext,
    private readonly deliveries: Deliveries,
    private readonly reportFault: (error: unknown) => void,
    private readonly events: IntakeEvents,
  ) {
    this.unknownCodes = new UnknownCodes(context);
    this.putAside = new PutAside(context, events);
  }

  /**
   * Reads bytes as receipts, matched, with advice; bytes of an open delivery that nobody has changed are kept with it, so that
   * storing it need not read them again. Never rejects for what they hold.
   */
  async read(body: Buffer, { deliveryId = "", fileName = "", receivedAt }: IncomingFacts): Promise<ReceiptPart[]> {
    const delivery = this.deliveries.get(deliveryId);
    const parts = await readDelivery(this.context, {
      body,
      fileName,
      business: delivery?.business ?? "",
      receivedAt: receivedAt ?? delivery?.receivedAt ?? this.context.clock.now(),
    });
    if (delivery?.body === body) delivery.parts = parts;
    return parts;
  }

  /**
   * Stores what a delivery brought, then acknowledges it; one that nothing could be read from is refused, once it is kept.
   * `rejected`: the flow takes nothing in it for a receipt, and why. Does nothing for a delivery that was settled before, or
   * whose channel has gone: the broker brings that one again. Rejects with what kept it from being stored; it is then stored
   * later, without anybody asking. What a folder refuses is one fault, not one of each receipt: those that meet what another one has met
   * resolve when they are stored, and reject with SW-STOPPED when the client closes before.
   */
  async settle(id: string, rejected?: Fault): Promise<void> {
    const later = await this.lock.run(id, async () => {
      const delivery = this.deliveries.get(id);
      if (!delivery) return undefined;
      this.waiting.get(id)?.();
      try {
        await this.store(delivery, rejected);
        return undefined;
      } catch (error) {
        const stored = this.refuse(id, error);
        this.storeLater(id, rejected, 0, codeOf(error));
        if (stored) return stored;
        throw error;
      }
    });
    if (await later?.stopped) throw nodeStops();
  }

  /** Undefined for the first delivery that meets it: that one says so. */
  private refuse(id: string, error: unknown): { stopped: Promise<boolean> } | undefined {
    const fault = systemFault(error);
    const { inner, folder } = fault?.details ?? {};
    if (!fault || inner === undefined || this.closed) return undefined;
    // A write that fails, for a full disk say, does not name its folder: all those are one.
    const what = [inner, folder].join(" ");
    const known = [...this.refused.values()].some((other) => other.what === what);
    const own = this.refused.get(id) ?? { what, heard: [] };
    this.refused.set(id, { ...own, what });
    this.events.waits(fault);
    return known ? { stopped: new Promise((resolve) => own.heard.push(resolve)) } : undefined;
  }

  private ended(id: string, isStopped = false): void {
    const own = this.refused.get(id);
    if (this.refused.delete(id) && this.refused.size === 0) this.events.waits(undefined);
    for (const hear of own?.heard ?? []) hear(isStopped);
  }

  /** What waits to be stored is left to the broker; what is being stored has a moment to end, so that nothing half is left of it. */
  async close(): Promise<void> {
    this.closed = true;
    for (const cancel of [...this.waiting.values()]) cancel();
    for (const id of [...this.refused.keys()]) this.ended(id, true);
    await this.putAside.close().catch(() => undefined);
    if (this.storing.size > 0) await waitAtMost(this.context.clock, A_MOMENT, Promise.allSettled(this.storing));
  }

  private store(delivery: Delivery, rejected: Fault | undefined): Promise<void> {
    const storing = this.storeNow(delivery, rejected);
    this.storing.add(storing);
    const end = () => void this.storing.delete(storing);
    storing.then(end, end);
    return storing;
  }

  private async storeNow(delivery: Delivery, rejected: Fault | undefined): Promise<void> {
    const parts = await this.partsOf(delivery, rejected);
    for (const part of parts) {
      const rows = await storeReceipt(this.context, delivery, part);
      await this.unknownCodes.note(rows);
      // It is stored: what keeps people from being told is no reason to store it again.
      await this.putAside.note(rows, part, delivery.receivedAt).catch(this.reportFault);
    }
    if (parts.every(({ receipts }) => receipts.length === 0)) this.deliveries.refuse(delivery.id);
    else this.deliveries.ack(delivery.id);
    this.ended(delivery.id);
  }

  private async partsOf(delivery: Delivery, rejected: Fault | undefined): Promise<readonly ReceiptPart[]> {
    const known = delivery.parts?.map(({ receipts }) => receipts.length > 0) ?? [];
    // A ZIP of which only some receipts are known: those go to their documents all the same.
    const mixed = known.includes(true) && known.includes(false);
    if (rejected && !mixed) {
      const { code, text } = rejected;
      return [{ bytes: delivery.body, receipts: [], reason: { code, text } }];
    }
    return delivery.parts ?? (await readDelivery(this.context, delivery));
  }

  private storeLater(id: string, rejected: Fault | undefined, round: number, reported: string | undefined): void {
    if (this.closed) return;
    const { clock, ids } = this.context;
    const cancel = clock.after(backOff(STORE_AGAIN, round, ids.jitter()), () => {
      this.waiting.delete(id);
      this.lock
        .run(id, async () => {
          const delivery = this.deliveries.get(id);
          if (delivery && !this.closed) await this.store(delivery, rejected);
          // Its channel has gone: the broker brings it again.
          else this.ended(id, true);
        })
        .catch((error) => {
          const fault = codeOf(error) === reported ? undefined : systemFault(error);
          if (fault && this.refused.has(id)) this.events.waits(fault);
          if (codeOf(error) !== reported) this.reportFault(error);
          this.storeLater(id, rejected, round + 1, codeOf(error));
        });
    });
    this.waiting.set(id, () => {
      this.waiting.delete(id);
      cancel();
    });
  }
}
