import { cpuSeconds } from "../../bench/parts/measure.js";

/** Processes of a part, as they are now: faults end some and start others. */
export type Parts = Record<string, () => readonly number[]>;

/** CPU that each part, and this process, has taken, looked at again and again; what one takes between the last look and its end is not counted. */
export class Costs {
  private readonly seconds = new Map<string, number>();
  private readonly last = new Map<number, number>();
  private readonly own = process.cpuUsage();

  constructor(private readonly parts: Parts) {
    this.look();
    for (const part of Object.keys(parts)) this.seconds.set(part, 0);
  }

  look(): void {
    for (const [part, pids] of Object.entries(this.parts)) {
      for (const pid of pids()) {
        const now = cpuSeconds([pid]);
        const before = this.last.get(pid) ?? 0;
        this.last.set(pid, now);
        this.seconds.set(part, (this.seconds.get(part) ?? 0) + Math.max(0, now - before));
      }
    }
  }

  /** Of each part, in milliseconds for each of so many documents. */
  each(documents: number): string {
    const of = (seconds: number) => ((1000 * seconds) / Math.max(1, documents)).toFixed(0);
    const { user, system } = process.cpuUsage(this.own);
    const all = [...this.seconds, ["the other side", (user + system) / 1_000_000] as const];
    return all.map(([part, seconds]) => `${part} ${of(seconds)}`).join(", ");
  }
}
