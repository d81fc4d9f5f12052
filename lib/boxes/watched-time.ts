import type { Clock } from "../clock.js";

/** Milliseconds that one pause between two looks counts at most. */
const LONGEST_PAUSE = 5000;

/**
 * The time that was spent looking. Who was not looking cannot say that something did not happen: a process that was frozen for
 * a minute has waited for no file in it.
 */
export class WatchedTime {
  private spent = 0;
  private lookedAt: number | undefined;

  constructor(private readonly clock: Clock) {}

  /** Milliseconds of looking so far, as of the last look. */
  get now(): number {
    return this.spent;
  }

  /** To be called at each look. */
  look(): void {
    const now = this.clock.monotonic();
    if (this.lookedAt !== undefined) this.spent += Math.min(LONGEST_PAUSE, now - this.lookedAt);
    this.lookedAt = now;
  }
}
