import { ImportClientError, messageOf } from "../../lib/errors.js";
import type { SharedWorld } from "./instances.js";
import type { LedgerFile } from "./ledger-file.js";

/** When what is asked of the ledger is done; in a test of the ledger alone: at once. */
export interface LedgerWorld {
  now(): number;
  /** Runs the writes of one turn as one commit, and then what tells of it; calls `failed` with what keeps it from being made. */
  commit(run: () => () => void, failed: (error: unknown) => void): void;
  read<T>(job: () => T): Promise<T>;
  /** False where whoever writes is not looked at. */
  fences?: boolean;
  /** Several processes share it. */
  shared?: SharedWorld;
}

export const ledgerFault = (zh: string, en: string, reason: string) =>
  new ImportClientError("SW-LEDGER", { zh, en }, { details: { reason } });

interface Job {
  run(): unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Writes of one turn are one commit: a process that ends before it leaves none of them. */
export class Commits {
  private readonly listeners = new Set<(place: number) => void>();
  private readonly refusedTo = new Set<(fault: ImportClientError) => void>();
  private jobs: Job[] = [];
  private waiting = 0;
  private idle: (() => void)[] = [];

  constructor(
    private readonly file: LedgerFile,
    private readonly world: LedgerWorld,
    /** Does somebody else have the ledger? */
    private readonly isFenced: () => boolean,
  ) {}

  run<T>(job: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.jobs.push({ run: job, resolve: resolve as (value: unknown) => void, reject });
      if (this.jobs.length > 1) return;
      this.waiting++;
      this.world.commit(
        () => this.flush(),
        (error) => {
          if (error instanceof ImportClientError) for (const listener of this.refusedTo) listener(error);
          this.end(this.jobs.splice(0), error);
        },
      );
    });
  }

  onCommit(listener: (place: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onRefused(listener: (fault: ImportClientError) => void): () => void {
    this.refusedTo.add(listener);
    return () => this.refusedTo.delete(listener);
  }

  /** Resolves when everything asked for so far has ended. */
  async drained(): Promise<void> {
    if (this.waiting > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  /** Commits; returns what tells those who wait. */
  private flush(): () => void {
    const jobs = this.jobs.splice(0);
    if (this.world.fences !== false && this.isFenced()) {
      const text = { zh: "台账已由另一个进程接管", en: "another process has the ledger" };
      return () => this.end(jobs, new ImportClientError("SW-FENCED", text));
    }
    const ends = jobs.map(({ run, resolve, reject }) => {
      try {
        const value = this.file.run(run);
        return () => resolve(value);
      } catch (error) {
        const known = error instanceof ImportClientError;
        return () => reject(known ? error : ledgerFault(messageOf(error), messageOf(error), "unusable"));
      }
    });
    const { place } = this.file;
    return () => {
      for (const listener of this.listeners) listener(place);
      for (const end of ends) end();
      this.wake();
    };
  }

  private end(jobs: readonly Job[], error: unknown): void {
    for (const { reject } of jobs) reject(error);
    this.wake();
  }

  private wake(): void {
    this.waiting--;
    if (this.waiting === 0) for (const wake of this.idle.splice(0)) wake();
  }
}
