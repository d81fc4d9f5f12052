/** What a store must offer for work to be committed in groups. */
export interface Transactions {
  begin(): void;
  commit(): void;
  rollback(): void;
  /** Runs one job so that its failure undoes its own writes only. */
  isolated<T>(job: () => T): T;
  /** Does this error say that another program has the file locked, so that the same may work in a moment? */
  isLocked(error: unknown): boolean;
  /** Called after each commit that wrote something. */
  committed(): void;
}

interface Job {
  run(): unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** How long a locked file is waited for, after which time that is news, and the pauses between two tries, in milliseconds. */
export const LOCKED = { patience: 60_000, news: 5_000, first: 10, longest: 500 };

/**
 * Group commit: the jobs of one turn of the event loop share one transaction and so one fsync. A job's promise settles
 * only after the commit that holds it, which keeps "committed before visible" true for each of them. While another program
 * has the file locked, a backup say, the jobs wait; the event loop does not.
 */
export class CommitQueue {
  private jobs: Job[] = [];
  private scheduled = false;
  private idle: (() => void)[] = [];
  /** Tries that found the file locked, and since when. */
  private tries = 0;
  private lockedSince = 0;
  private closing = false;

  constructor(private readonly transactions: Transactions) {}

  run<T>(job: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.jobs.push({ run: job, resolve: resolve as (value: unknown) => void, reject });
      if (this.scheduled) return;
      this.scheduled = true;
      setImmediate(() => this.flush());
    });
  }

  /** For how long the file has been found locked, in milliseconds. */
  get lockedFor(): number {
    return this.tries === 0 ? 0 : performance.now() - this.lockedSince;
  }

  /** Resolves when everything asked for so far has ended; a locked file is not waited for any more. */
  async drained(): Promise<void> {
    if (!this.scheduled) return;
    this.closing = true;
    await new Promise<void>((resolve) => this.idle.push(resolve));
    this.closing = false;
  }

  private flush(): void {
    const jobs = this.jobs;
    const done: { job: Job; value: unknown }[] = [];
    const refused: { job: Job; error: unknown }[] = [];
    try {
      this.transactions.begin();
      for (const job of jobs) {
        try {
          done.push({ job, value: this.transactions.isolated(() => job.run()) });
        } catch (error) {
          refused.push({ job, error });
        }
      }
      this.transactions.commit();
    } catch (error) {
      this.transactions.rollback();
      if (this.transactions.isLocked(error) && this.waits()) return;
      done.length = 0;
      refused.length = 0;
      for (const job of jobs) refused.push({ job, error });
    }
    this.jobs = [];
    this.scheduled = false;
    this.tries = 0;
    if (done.length > 0) this.transactions.committed();
    for (const { job, value } of done) job.resolve(value);
    for (const { job, error } of refused) job.reject(error);
    for (const wake of this.idle.splice(0)) wake();
  }

  /** Tries the same jobs again in a moment; false when it has been long enough. */
  private waits(): boolean {
    const now = performance.now();
    if (this.tries === 0) this.lockedSince = now;
    if (this.closing || now - this.lockedSince > LOCKED.patience) return false;
    setTimeout(() => this.flush(), Math.min(LOCKED.longest, LOCKED.first * 2 ** this.tries++));
    return true;
  }
}
