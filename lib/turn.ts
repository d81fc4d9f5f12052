import type { Clock } from "./clock.js";

/** Milliseconds of work on files between two turns of the event loop. */
const LONGEST = 10;

/** Keeps a long row of small synchronous steps from blocking the event loop (design, "Processes"). */
export class Turn {
  private start: number;

  constructor(private readonly clock: Clock) {
    this.start = clock.monotonic();
  }

  /** To be awaited between two steps: gives the event loop its turn when this one has lasted long enough. */
  async over(): Promise<void> {
    if (this.clock.monotonic() - this.start < LONGEST) return;
    await this.clock.pause();
    this.start = this.clock.monotonic();
  }
}
