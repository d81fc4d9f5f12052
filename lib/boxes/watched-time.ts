import type { Clock } from "../clock.js";

/** Milliseconds that one pause between two checks counts at most. */
const LONGEST_PAUSE = 5000;

/**
 * The time that was spent watching. Who was not watching cannot say that something did not happen: a process that was frozen for
 * a minute has waited for no file in it.
 */
export class WatchedTime {
  private spent = 0;
  private lastTick: number | undefined;

  constructor(private readonly clock: Clock) {}

  /** Milliseconds of watching so far, as of the last check. */
  get now(): number {
    return this.spent;
  }

  /** To be called at each check. */
  tick(): void {
    const now = this.clock.monotonic();
    if (this.lastTick !== undefined) this.spent += Math.min(LONGEST_PAUSE, now - this.lastTick);
    this.lastTick = now;
  }
}
