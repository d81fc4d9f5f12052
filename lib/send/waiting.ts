import type { Publisher } from "../amqp/broker.js";
import { type BackOff, backOff } from "../back-off.js";
import type { ImportClient } from "../client/import-client.js";
import type { DocumentRow } from "../ledger/index.js";
import { hasArrived } from "./conclusion.js";
import { linkLost, stopped } from "./errors.js";
import type { Sleepers } from "./sleepers.js";
import type { Uncertain } from "./uncertain.js";
import type { SendWindow, Share } from "./window.js";

/** Between two tries of one document. */
export const TRY_AGAIN: BackOff = { first: 1000, longest: 60_000 };

/** A document that may have to wait. */
export interface Waiter {
  id: string;
  /** When it is given up, of the monotonic clock; one that may have arrived is not. */
  end: number;
  /** Lets its bytes go while it waits. */
  release(): void;
}

/** What a document waits for: its share of the window, the broker, the time until its next try, an answer that is late. */
export class Waiting {
  /** `giveUp` makes the error of a document whose time is over. */
  constructor(
    private readonly client: ImportClient,
    private readonly publisher: Publisher,
    private readonly window: SendWindow,
    private readonly sleepers: Sleepers,
    private readonly uncertain: Uncertain,
    private readonly stopping: AbortSignal,
    private readonly giveUp: () => Error,
  ) {}

  /**
   * Resolves when the document has its share of the window, to be given back; or to its row when a receipt has proved the
   * send meanwhile, and then it has none.
   */
  async enter(waiter: Waiter, share: Share): Promise<DocumentRow | undefined> {
    const { id } = waiter;
    this.assertRunning();
    if (this.window.tryAcquire(share)) return undefined;
    waiter.release();
    let mine = false;
    const leaveLine = this.window.wait(share, () => {
      mine = true;
      this.sleepers.wake(id);
    });
    let taken = false;
    try {
      for (;;) {
        await this.sleepers.sleep(id, this.deadlineOf(waiter), this.uncertain.has(id), () => mine);
        this.assertRunning();
        const arrived = await this.arrivedRow(id);
        if (arrived) return arrived;
        taken = mine;
        if (taken) return undefined;
        // A long line is no reason to fail, a broker that is away is.
        if (this.isOver(waiter) && !this.publisher.isOpen) throw this.giveUp();
      }
    } finally {
      leaveLine();
      if (mine && !taken) this.window.release(share);
    }
  }

  /** Resolves when the broker takes messages; or to the row when a receipt has proved an uncertain send meanwhile. */
  async untilOpen(waiter: Waiter): Promise<DocumentRow | undefined> {
    const { id } = waiter;
    for (;;) {
      this.assertRunning();
      const arrived = await this.arrivedRow(id);
      if (arrived) return arrived;
      if (this.publisher.isOpen) return undefined;
      if (this.isOver(waiter)) throw this.giveUp();
      waiter.release();
      await this.sleepers.sleep(id, this.deadlineOf(waiter), this.uncertain.has(id), () => this.publisher.isOpen);
    }
  }

  /**
   * Between two tries: a pause that grows, and while the broker may still answer the last one, `patience` milliseconds for
   * that answer.
   */
  async beforeNext(waiter: Waiter, tries: number, patience: number): Promise<void> {
    const { id } = waiter;
    const { clock, ids } = this.client;
    waiter.release();
    const pause = backOff(TRY_AGAIN, tries, ids.jitter());
    await this.sleepers.pause(Math.min(pause, this.deadlineOf(waiter) - clock.monotonic()));
    const end = clock.monotonic() + patience;
    while (this.uncertain.isOpen(id) && clock.monotonic() < end && !this.stopping.aborted) {
      if (await this.arrivedRow(id)) return;
      await this.sleepers.sleep(id, end, true, () => !this.uncertain.isOpen(id));
    }
  }

  isOver(waiter: Waiter): boolean {
    return this.client.clock.monotonic() >= this.deadlineOf(waiter);
  }

  private deadlineOf({ id, end }: Waiter): number {
    return this.uncertain.has(id) ? Number.POSITIVE_INFINITY : end;
  }

  private async arrivedRow(id: string): Promise<DocumentRow | undefined> {
    if (!this.uncertain.has(id)) return undefined;
    const row = await this.client.ledger.get(id);
    return row && hasArrived(row) ? row : undefined;
  }

  private assertRunning(): void {
    if (this.stopping.aborted) throw stopped();
    if (this.client.link.follows) throw linkLost();
  }
}
