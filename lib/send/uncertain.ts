import type { PublishOutcome } from "../amqp/broker.js";

/** Tells what a late answer of the broker means: `certainlyNot` when no publish of the document can have arrived. */
export type OnAnswer = (id: string, messageId: string, outcome: PublishOutcome, certainlyNot: boolean) => Promise<void>;

interface Doubt {
  /** Publishes that the broker may still answer. */
  open: number;
  /** Of one nobody will ever hear any more: its channel has gone, an earlier process sent it, or it was confirmed, whatever became of that. */
  lost: boolean;
  /** Its send is under way here. */
  inUse: boolean;
}

/**
 * Documents of which a publish may have arrived, as far as this process knows. It lives as long as their channels do: a
 * confirm that comes after the time limit still proves the document, and when every publish was refused in the end it is
 * certain that none has arrived.
 */
export class Uncertain {
  private readonly doubts = new Map<string, Doubt>();

  /** `settled` is called when an answer has been committed. */
  constructor(
    private readonly onAnswer: OnAnswer,
    private readonly settled: (id: string) => void,
  ) {}

  /** A send begins; `lost` when an earlier one was left unknown. */
  begin(id: string, lost: boolean): void {
    const doubt = this.of(id);
    doubt.inUse = true;
    // Of what is still open here it is known better.
    if (lost && doubt.open === 0) doubt.lost = true;
  }

  /** A send has ended; what is still open is listened for. */
  end(id: string): void {
    const doubt = this.of(id);
    doubt.inUse = false;
    this.tidy(id, doubt);
  }

  /** May a publish of it have arrived? */
  has(id: string): boolean {
    const doubt = this.doubts.get(id);
    return doubt !== undefined && (doubt.lost || doubt.open > 0);
  }

  /** Can the broker still answer? */
  isOpen(id: string): boolean {
    return (this.doubts.get(id)?.open ?? 0) > 0;
  }

  /** A publish of it ended without an answer. */
  add(id: string, messageId: string, later: Promise<PublishOutcome> | undefined): void {
    const doubt = this.of(id);
    if (!later) {
      doubt.lost = true;
      return;
    }
    doubt.open++;
    void later.then(async (outcome) => {
      const certainlyNot = outcome.kind !== "confirmed" && !doubt.lost && doubt.open === 1;
      // What has arrived has arrived, also where that cannot be committed: nobody will ever be told again.
      if (outcome.kind === "unknown" || outcome.kind === "confirmed") doubt.lost = true;
      if (outcome.kind !== "unknown") await this.onAnswer(id, messageId, outcome, certainlyNot);
      doubt.open--;
      this.tidy(id, doubt);
      this.settled(id);
    });
  }

  private of(id: string): Doubt {
    let doubt = this.doubts.get(id);
    if (!doubt) {
      doubt = { open: 0, lost: false, inUse: false };
      this.doubts.set(id, doubt);
    }
    return doubt;
  }

  private tidy(id: string, doubt: Doubt): void {
    if (!doubt.inUse && doubt.open === 0 && this.doubts.get(id) === doubt) this.doubts.delete(id);
  }
}
