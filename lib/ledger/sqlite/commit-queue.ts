/** What a store must offer for work to be committed in groups. */
export interface Transactions {
  begin(): void;
  commit(): void;
  rollback(): void;
  /** Runs one job so that its failure undoes its own writes only. */
  isolated<T>(job: () => T): T;
}

interface Job {
  run(): unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/**
 * Group commit: the jobs of one turn of the event loop share one transaction and so one fsync. A job's promise settles
 * only after the commit that holds it, which keeps "committed before visible" true for each of them.
 */
export class CommitQueue {
  private jobs: Job[] = [];
  private scheduled = false;
  private idle: (() => void)[] = [];

  constructor(private readonly transactions: Transactions) {}

  run<T>(job: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.jobs.push({ run: job, resolve: resolve as (value: unknown) => void, reject });
      if (this.scheduled) return;
      this.scheduled = true;
      setImmediate(() => this.flush());
    });
  }

  /** Resolves when everything asked for so far is committed. */
  async drained(): Promise<void> {
    if (!this.scheduled) return;
    await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  private flush(): void {
    const jobs = this.jobs;
    this.jobs = [];
    this.scheduled = false;
    const done: { job: Job; value: unknown }[] = [];
    try {
      this.transactions.begin();
      for (const job of jobs) {
        try {
          done.push({ job, value: this.transactions.isolated(() => job.run()) });
        } catch (error) {
          job.reject(error);
        }
      }
      this.transactions.commit();
    } catch (error) {
      this.transactions.rollback();
      for (const job of jobs) job.reject(error);
      done.length = 0;
    }
    for (const { job, value } of done) job.resolve(value);
    if (this.jobs.length === 0) for (const wake of this.idle.splice(0)) wake();
  }
}
