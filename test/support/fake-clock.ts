import type { Clock } from "../../lib/clock.js";

interface Alarm {
  at: number;
  call: () => void;
}

/** Time that stands still until a test lets it pass. */
export class FakeClock implements Clock {
  /** Every wait that was asked for, in milliseconds. */
  readonly waits: number[] = [];
  private time = 1_000_000;
  private readonly alarms = new Set<Alarm>();

  now(): number {
    return this.time;
  }

  monotonic(): number {
    return this.time;
  }

  after(milliseconds: number, call: () => void): () => void {
    this.waits.push(milliseconds);
    const alarm = { at: this.time + milliseconds, call };
    this.alarms.add(alarm);
    return () => this.alarms.delete(alarm);
  }

  every(milliseconds: number, call: () => void): () => void {
    let cancel = this.after(milliseconds, again);
    const self = this;
    function again(): void {
      cancel = self.after(milliseconds, again);
      call();
    }
    return () => cancel();
  }

  pause(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Time goes on and no alarm is heard, as for a process that was frozen. */
  skip(milliseconds: number): void {
    this.time += milliseconds;
  }

  /** Milliseconds until the next alarm; undefined when there is none. */
  next(): number | undefined {
    const times = [...this.alarms].map(({ at }) => at);
    return times.length > 0 ? Math.min(...times) - this.time : undefined;
  }

  /** Lets so many milliseconds pass, alarm by alarm in their order. `settle` runs after each, for what is not of this clock. */
  async pass(milliseconds: number, settle: () => Promise<unknown> = async () => undefined): Promise<void> {
    const end = this.time + milliseconds;
    await settle();
    for (;;) {
      const due = [...this.alarms].filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
      if (!due) break;
      this.alarms.delete(due);
      this.time = Math.max(this.time, due.at);
      due.call();
      await settle();
    }
    this.time = end;
  }
}
