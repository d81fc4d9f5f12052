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

/** What became of the jobs of one transaction. */
interface Attempt {
  done: { job: Job; value: unknown }[];
  refused: { job: Job; error: unknown }[];
  /** Nothing of it was done: another program has the file. */
  locked: boolean;
}

/** How long a locked file is waited for, after which time that is news, and the pauses between two tries, in milliseconds. */
export const LOCKED = { patience: 60_000, news: 5_000, first: 10, longest: 500 };

/**
 * Group commit: the jobs of one turn of the event loop share one transaction and so one fsync. They run together; only when one
 * fails they run again one by one, each behind a savepoint, so that it alone fails: a job may run more than once and has no
 * effect but its writes. A job's promise settles
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
    const { jobs } = this;
    const attempt = this.attempt(jobs, false) ?? this.attempt(jobs, true);
    if (attempt?.locked && this.waits()) return;
    const { done, refused } = attempt as Attempt;
    this.jobs = [];
    this.scheduled = false;
    this.tries = 0;
    if (done.length > 0) this.transactions.committed();
    for (const { job, value } of done) job.resolve(value);
    for (const { job, error } of refused) job.reject(error);
    for (const wake of this.idle.splice(0)) wake();
  }

  /**
   * One transaction with the jobs: together, as nearly always, or `apart`, each behind a savepoint, so that one that fails is
   * undone alone. Undefined when one of several failed that ran together: nothing of them stays.
   */
  private attempt(jobs: readonly Job[], apart: boolean): Attempt | undefined {
    const { transactions } = this;
    const done: Attempt["done"] = [];
    const refused: Attempt["refused"] = [];
    try {
      transactions.begin();
      for (const job of jobs) {
        try {
          done.push({ job, value: apart ? transactions.isolated(job.run) : job.run() });
        } catch (error) {
          refused.push({ job, error });
          if (!apart) break;
        }
      }
      if (refused.length === 0 || apart) transactions.commit();
      else transactions.rollback();
    } catch (error) {
      transactions.rollback();
      return { done: [], refused: jobs.map((job) => ({ job, error })), locked: transactions.isLocked(error) };
    }
    if (refused.length > 0 && !apart && jobs.length > 1) return undefined;
    return { done, refused, locked: false };
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
