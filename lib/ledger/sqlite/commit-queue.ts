/** What a store must offer for work to be committed in groups. */
export interface Transactions {
  begin(): void;
  /** Begins at once, and goes on elsewhere: the connection is not to be touched until it has ended. */
  commit(): Promise<void>;
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
 * Group commit: the jobs of one turn of the event loop, and all that come while another commit is under way, share one transaction
 * and so one fsync. They run together; only when one fails they run again one by one, each behind a savepoint, so that it alone
 * fails: a job may run more than once and has no effect but its writes. A job's promise settles
 * only after the commit that holds it, which keeps "committed before visible" true for each of them. The commit itself, with its
 * fsync and now and then a checkpoint, is done in another thread, and so the event loop goes on however long the disk takes; nobody
 * reads or writes on the connection meanwhile (`elsewhere`). While another program
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
  private work: Promise<void> | undefined;

  constructor(private readonly transactions: Transactions) {}

  run<T>(job: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.jobs.push({ run: job, resolve: resolve as (value: unknown) => void, reject });
      this.schedule();
    });
  }

  /**
   * What another thread does on the connection, if it does: whoever wants to read asks again after it. What sees nothing here may use
   * the connection until it lets the event loop go on.
   */
  get elsewhere(): Promise<void> | undefined {
    return this.work;
  }

  /** Does something on the connection in another thread, as soon as nothing else is done there; nobody touches it meanwhile. */
  alone(work: () => Promise<void>): Promise<void> {
    if (this.work) return this.work.then(() => this.alone(work));
    const running = work();
    const over = () => {
      this.work = undefined;
    };
    this.work = running.then(over, over);
    return running;
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

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => void this.flush());
  }

  private async flush(): Promise<void> {
    while (this.work) await this.work;
    const jobs = this.jobs.splice(0);
    const idle = this.idle.splice(0);
    const attempt = (await this.attempt(jobs, false)) ?? (await this.attempt(jobs, true));
    if (attempt?.locked && this.waits()) {
      this.jobs.unshift(...jobs);
      this.idle.unshift(...idle);
      return;
    }
    const { done, refused } = attempt as Attempt;
    this.scheduled = false;
    this.tries = 0;
    if (done.length > 0) this.transactions.committed();
    for (const { job, value } of done) job.resolve(value);
    for (const { job, error } of refused) job.reject(error);
    if (this.jobs.length > 0) this.schedule();
    else idle.push(...this.idle.splice(0));
    for (const wake of idle) wake();
  }

  /**
   * One transaction with the jobs: together, as nearly always, or `apart`, each behind a savepoint, so that one that fails is
   * undone alone. Undefined when one of several failed that ran together: nothing of them stays.
   */
  private async attempt(jobs: readonly Job[], apart: boolean): Promise<Attempt | undefined> {
    const { transactions } = this;
    const done: Attempt["done"] = [];
    const refused: Attempt["refused"] = [];
    const failed = (error: unknown): Attempt => ({
      done: [],
      refused: jobs.map((job) => ({ job, error })),
      locked: transactions.isLocked(error),
    });
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
      if (refused.length > 0 && !apart) {
        transactions.rollback();
        return jobs.length > 1 ? undefined : { done, refused, locked: false };
      }
    } catch (error) {
      transactions.rollback();
      return failed(error);
    }
    try {
      // From the first job to the last word of the commit nobody else comes in between.
      await this.alone(() => this.commit());
    } catch (error) {
      return failed(error);
    }
    return { done, refused, locked: false };
  }

  private async commit(): Promise<void> {
    try {
      await this.transactions.commit();
    } catch (error) {
      this.transactions.rollback();
      throw error;
    }
  }

  /** Tries the same jobs again in a moment; false when it has been long enough. */
  private waits(): boolean {
    const now = performance.now();
    if (this.tries === 0) this.lockedSince = now;
    if (this.closing || now - this.lockedSince > LOCKED.patience) return false;
    setTimeout(() => void this.flush(), Math.min(LOCKED.longest, LOCKED.first * 2 ** this.tries++));
    return true;
  }
}
