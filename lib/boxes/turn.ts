/** Milliseconds of work on files between two turns of the event loop. */
const LONGEST = 10;

/** Keeps a long row of small synchronous steps from blocking the event loop (design, "Processes"). */
export class Turn {
  private start = performance.now();

  /** To be awaited between two steps: gives the event loop its turn when this one has lasted long enough. */
  async over(): Promise<void> {
    if (performance.now() - this.start < LONGEST) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.start = performance.now();
  }
}
