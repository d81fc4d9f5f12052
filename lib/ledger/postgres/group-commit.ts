import { setTimeout as pause } from "node:timers/promises";
import { ImportClientError } from "../../errors.js";
import type { InstanceKey } from "../instances.js";
import { KnownRows } from "../sql/known-rows.js";
import { type Fence, PLACE } from "../sql/store.js";
import { all, performAsync, type Statement, type Stored, type Work } from "../sql/work.js";
import { asLedgerError, isFinal } from "./faults.js";
import { type FoundLedger, type Session, TABLE } from "./session.js";

interface Job {
  work(): Work<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

type Outcome = { job: Job; value: unknown } | { job: Job; error: unknown };

interface Attempt {
  outcomes: Outcome[];
  place: number;
}

/** How long a database that is away is waited for, after which time that is news, and the pauses between two tries, in milliseconds. */
export const AWAY = { patience: 60_000, news: 5_000, first: 50, longest: 1_000 };

/** Jobs of one transaction: others wait for its end. */
const MOST = 200;

/** The connection was lost after COMMIT was sent: the server knows what became of it. */
class CommitUnknown extends Error {
  constructor(
    readonly transaction: string,
    readonly outcomes: Outcome[],
    readonly place: number,
    cause: unknown,
  ) {
    super("the outcome of a commit is unknown", { cause });
  }
}

/** A job has failed that ran together with others. */
class JobFailed extends Error {
  constructor(cause: unknown) {
    super("a job has failed", { cause });
  }
}

export interface Committing {
  /** A connection that works; another one after the last was lost. Rejects with whatever the library says. */
  session(): Promise<Session>;
  fence(): Fence | undefined;
  instance(): InstanceKey | undefined;
  /** Throws SW-LEDGER when what a transaction has found, before its jobs, is not the ledger that was there, or one that is behind it. */
  assertSame(found: FoundLedger): void;
  /** Called after each commit with the number of the newest event. */
  committed(place: number): void;
}

/**
 * Group commit: what comes while a transaction is under way shares the next one. The jobs run together; only when one fails they run again
 * one by one, each behind a savepoint, so that it alone fails. A job's promise settles only once the server has said that its transaction
 * is committed; where the connection is lost over that, the server is asked later what became of it (`pg_xact_status`), for nobody may
 * take a commit for none. A database that is away is waited for.
 */
export class GroupCommit {
  private jobs: Job[] = [];
  private running = false;
  private idle: (() => void)[] = [];
  /** When the transaction that is under way was asked for. */
  private since: number | undefined;
  private closing = false;
  /** Why the last try of the transaction that is under way has failed. */
  private cause: unknown;
  /** A job's own code runs, within its transaction: not while it waits for an answer. */
  private inJob = false;
  /** Documents as the transaction under way has read or written them: it keeps every other writer out. */
  readonly knownRows = new KnownRows(() => this.inJob || undefined, true);

  constructor(private readonly on: Committing) {}

  run<T>(work: () => Work<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.jobs.push({ work, resolve: resolve as (value: unknown) => void, reject });
      if (this.running) return;
      this.running = true;
      setImmediate(() => void this.flush());
    });
  }

  /** For how long nothing could be committed although it was asked for, in milliseconds. */
  get awayFor(): number {
    return this.since === undefined ? 0 : performance.now() - this.since;
  }

  /** Why nothing can be committed now, as it was said last; undefined when nothing is in the way. */
  get hindrance(): unknown {
    return this.since === undefined ? undefined : this.cause;
  }

  /** Resolves when everything asked for so far has ended; a database that is away is not waited for any more. */
  async drained(): Promise<void> {
    this.closing = true;
    if (this.running) await new Promise<void>((resolve) => this.idle.push(resolve));
    this.closing = false;
  }

  private async flush(): Promise<void> {
    while (this.jobs.length > 0) {
      const jobs = this.jobs.splice(0, MOST);
      this.since = performance.now();
      this.cause = undefined;
      const outcomes = await this.commit(jobs);
      this.since = undefined;
      for (const outcome of outcomes) {
        if ("error" in outcome) outcome.job.reject(outcome.error);
        else outcome.job.resolve(outcome.value);
      }
    }
    this.running = false;
    for (const wake of this.idle.splice(0)) wake();
  }

  /** What became of each job. */
  private async commit(jobs: readonly Job[]): Promise<Outcome[]> {
    let unknown: CommitUnknown | undefined;
    for (let tries = 0; ; tries++) {
      try {
        const session = await this.on.session();
        if (unknown) {
          const { outcomes, place, transaction } = unknown;
          const status = await statusOf(session, transaction);
          if (status === "in progress") throw unknown.cause;
          if (status === "committed") return this.done(outcomes, place);
          unknown = undefined;
        }
        const together = await this.attempt(session, jobs, false);
        const { outcomes, place } = together ?? ((await this.attempt(session, jobs, true)) as Attempt);
        return this.done(outcomes, place);
      } catch (error) {
        if (error instanceof CommitUnknown) unknown = error;
        const cause = error instanceof CommitUnknown ? error.cause : error;
        this.cause = cause;
        if (isFinal(cause) || !(await this.waits(tries, unknown !== undefined))) {
          return jobs.map((job) => ({ job, error: asLedgerError(cause) }));
        }
      }
    }
  }

  private done(outcomes: Outcome[], place: number): Outcome[] {
    if (outcomes.some((outcome) => !("error" in outcome))) this.on.committed(place);
    return outcomes;
  }

  /** Waits a moment; false when it has been long enough. For what became of a commit there is no end but ours. */
  private async waits(tries: number, unknown: boolean): Promise<boolean> {
    if (this.closing || (this.awayFor > AWAY.patience && !unknown)) return false;
    await pause(Math.min(AWAY.longest, AWAY.first * 2 ** tries));
    return !this.closing;
  }

  /**
   * One transaction with the jobs: together, as nearly always, or `apart`. Undefined when one of several failed that ran together:
   * nothing of them stays.
   */
  private async attempt(session: Session, jobs: readonly Job[], apart: boolean): Promise<Attempt | undefined> {
    const transaction = new Transaction(session, (next) => this.within(next));
    let begun = false;
    this.knownRows.clear();
    try {
      const id = await transaction.begin(this.on);
      begun = true;
      const outcomes: Outcome[] = [];
      for (const job of jobs) {
        const outcome = await transaction.job(job, apart);
        if ("error" in outcome) this.knownRows.clear();
        if ("error" in outcome && !apart) throw new JobFailed(outcome.error);
        outcomes.push(outcome);
      }
      return { outcomes, place: await transaction.commit(id, outcomes) };
    } catch (error) {
      const cause = error instanceof JobFailed ? error.cause : error;
      if (error instanceof CommitUnknown || !isFinal(cause)) {
        // Whatever state the connection is in, the next attempt has another.
        session.destroy();
        throw error;
      }
      await transaction.rollback();
      if (!apart && jobs.length > 1 && begun) return undefined;
      return { outcomes: jobs.map((job) => ({ job, error: asLedgerError(cause) })), place: 0 };
    }
  }

  private within<T>(next: () => T): T {
    this.inJob = true;
    try {
      return next();
    } finally {
      this.inJob = false;
    }
  }
}

/** What stands in the ledger before the jobs of a transaction: its place, the value of a fact, the epoch of an instance. */
const STANDING = `SELECT (${PLACE}) AS id, (SELECT value FROM facts WHERE name = ?) AS value,
  (SELECT epoch FROM instances WHERE id = ?) AS epoch`;

/** One transaction of a session. What gives no rows is not waited for: it is answered before the commit is. */
class Transaction {
  private pending: Promise<unknown>[] = [];

  /** `within`: runs a step of a job. */
  constructor(
    private readonly session: Session,
    private readonly within: <T>(next: () => T) => T,
  ) {}

  /**
   * Resolves to its number. Rejects with SW-FENCED when another process has the ledger, and with SW-LEDGER when another ledger, or an older
   * copy, has taken its place.
   */
  async begin(on: Committing): Promise<string> {
    const { session } = this;
    const [fence, instance] = [on.fence(), on.instance()];
    const begun = session.ask("BEGIN");
    // Two statements: the second sees what the writer before us has committed while the first waited for it.
    const locked = session.ask(`SELECT pg_current_xact_id()::text AS id, ${TABLE} AS "table" FROM writer FOR UPDATE`);
    const standing = session.run(all(STANDING, fence?.fact ?? "", instance?.id ?? ""));
    const [, { rows }, [found]] = await allOf([begun, locked, standing] as const);
    const [lock] = rows;
    on.assertSame({ table: String(lock?.table ?? ""), place: Number(found?.id) });
    const isOver = instance && Number(found?.epoch) !== instance.epoch;
    if (isOver || (fence && found?.value !== fence.value)) {
      throw new ImportClientError("SW-FENCED", {
        zh: "台账已由另一个进程接管，本进程不再写入",
        en: "another process has taken the ledger over: this one writes nothing any more",
      });
    }
    return String(lock?.id);
  }

  /** Runs a job; `apart`, so that its failure undoes its own writes only. Rejects with what is no fault of the job. */
  async job(job: Job, apart: boolean): Promise<Outcome> {
    if (apart) this.later(this.session.ask("SAVEPOINT job"));
    try {
      const value = await performAsync(job.work(), (statement) => this.answer(statement), this.within);
      if (apart) await this.settled();
      return { job, value };
    } catch (error) {
      if (!isFinal(error)) throw error;
      // What failed before it is why this failed too.
      const first = await this.settled().catch((earlier: unknown) => earlier);
      if (apart) await this.session.ask("ROLLBACK TO SAVEPOINT job");
      return { job, error: asLedgerError(first ?? error) };
    }
  }

  /** Resolves to the number of the newest event. Rejects with CommitUnknown when nothing is heard of it. */
  async commit(id: string, outcomes: Outcome[]): Promise<number> {
    await this.settled();
    const place = Number((await this.session.ask(PLACE)).rows[0]?.id);
    try {
      const { command } = await this.session.ask("COMMIT");
      if (command !== "COMMIT") throw new Error(`the transaction ended with ${command}`);
      return place;
    } catch (error) {
      throw isFinal(error) ? error : new CommitUnknown(id, outcomes, place, error);
    }
  }

  async rollback(): Promise<void> {
    await Promise.allSettled(this.pending);
    await this.session.ask("ROLLBACK");
  }

  private answer(statement: Statement): Promise<Stored[]> | Stored[] {
    const rows = this.session.run(statement);
    if (statement.rows) return rows;
    this.later(rows);
    return [];
  }

  private later(answer: Promise<unknown>): void {
    answer.catch(() => undefined);
    this.pending.push(answer);
  }

  /** Rejects with the first of what was not waited for that failed. */
  private async settled(): Promise<void> {
    await Promise.all(this.pending.splice(0));
  }
}

/** All of them, once all have ended: none may reject with nobody listening. */
async function allOf<T extends readonly unknown[]>(promises: T): Promise<{ -readonly [P in keyof T]: Awaited<T[P]> }> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

/** What became of a transaction; one that the server does not know, after a failover say, was never committed there. */
async function statusOf(session: Session, transaction: string): Promise<string | undefined> {
  try {
    const { rows } = await session.ask("SELECT pg_xact_status($1::xid8) AS status", transaction);
    return rows[0]?.status === null ? undefined : String(rows[0]?.status);
  } catch (error) {
    if (isFinal(error)) return undefined;
    throw error;
  }
}
