import { parentPort, Worker } from "node:worker_threads";
import { messageOf } from "./errors.js";

/**
 * Starts a module as a worker thread. In the package it is a `.js` file; where the sources are run, a new thread does not
 * know TypeScript until it is registered.
 */
function startThread(file: string, workerData?: unknown): Worker {
  if (!file.endsWith(".ts")) return new Worker(file, { workerData });
  const modules = [require.resolve("tsx/cjs"), file];
  const start = modules.map((path) => `require(${JSON.stringify(path)});`).join("");
  return new Worker(start, { eval: true, execArgv: [], workerData });
}

/** A job took longer than its time limit; its thread was ended in the middle of it. */
export class ThreadTimeout extends Error {
  constructor(
    /** The limit, in milliseconds. */
    readonly limit: number,
  ) {
    super(`no answer from the thread within ${limit} ms`);
  }
}

export interface JobOptions {
  /** Milliseconds from the moment the job is the thread's; without it, it may take as long as it takes. */
  timeLimit?: number;
  /** The thread is ended after this job, and with it the memory that it holds. */
  endAfter?: boolean;
}

interface Job<Ask, Answer> extends JobOptions {
  ask: Ask;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

type Reply<Answer> = { answer: Answer } | { failed: string };

/**
 * A worker thread and the jobs that wait for it, one at a time in the order in which they were asked. The thread starts with
 * the first job, keeps the process alive only while it has one, and is started anew after it was lost or ended. `file` is the
 * module that it runs: one that calls `serveThread`.
 */
export class ThreadQueue<Ask, Answer> {
  private readonly waiting: Job<Ask, Answer>[] = [];
  private worker: Worker | undefined;
  private running: Job<Ask, Answer> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private closed: Error | undefined;

  constructor(
    private readonly file: string,
    private readonly workerData?: unknown,
  ) {}

  /**
   * Has the thread do one job. Rejects with ThreadTimeout, with an Error of the thread's own words when the job failed there,
   * when the thread was lost in the middle of it, and after `close`.
   */
  run(ask: Ask, options: JobOptions = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.closed) throw this.closed;
      this.waiting.push({ ...options, ask, resolve, reject });
      this.next();
    });
  }

  /** Ends the thread unless it is at work, and with it what it holds in memory. */
  endIdle(): void {
    if (!this.running) void this.drop();
  }

  /**
   * Rejects what runs and what waits with `reason`, and every later job. The thread ends with the job that it is at, which is
   * waited for at most `patience` ms: a thread that is ended inside native code can take the process with it.
   */
  async close(reason: Error, patience = 5_000): Promise<void> {
    this.closed = reason;
    clearTimeout(this.timer);
    const { worker, running } = this;
    const lost = [...(running ? [running] : []), ...this.waiting.splice(0)];
    this.running = undefined;
    for (const job of lost) job.reject(reason);
    if (!running || !worker) return this.drop();
    worker.unref();
    const done = new Promise((resolve) => worker.once("message", resolve).once("exit", resolve));
    const ended = done.then(() => this.drop());
    const { promise: enough, stop } = pauseOf(patience);
    await Promise.race([ended, enough]);
    stop();
  }

  private next(): void {
    if (this.running) return;
    const job = this.waiting.shift();
    this.running = job;
    if (!job) {
      this.worker?.unref();
      return;
    }
    this.worker ??= this.start();
    this.worker.ref();
    const { timeLimit } = job;
    if (timeLimit !== undefined) {
      this.timer = setTimeout(() => {
        void this.drop();
        this.finish((late) => late.reject(new ThreadTimeout(timeLimit)));
      }, timeLimit);
    }
    try {
      this.worker.postMessage(job.ask);
    } catch (error) {
      this.finish((unsent) => unsent.reject(error));
    }
  }

  private finish(end: (job: Job<Ask, Answer>) => void): void {
    const job = this.running;
    if (!job) return;
    clearTimeout(this.timer);
    this.running = undefined;
    end(job);
    if (job.endAfter) void this.drop();
    this.next();
  }

  private async drop(): Promise<void> {
    const gone = this.worker;
    this.worker = undefined;
    gone?.removeAllListeners();
    // A thread that is being ended may still report an error; nobody waits for it any more.
    gone?.on("error", () => {});
    await gone?.terminate();
  }

  private start(): Worker {
    const started = startThread(this.file, this.workerData);
    const lost = (error: unknown) => {
      if (this.worker !== started) return;
      this.worker = undefined;
      this.finish((job) => job.reject(error));
    };
    started.on("message", (reply: Reply<Answer>) => {
      this.finish((job) => {
        if ("answer" in reply) job.resolve(reply.answer);
        else job.reject(new Error(reply.failed));
      });
    });
    started.on("error", lost);
    started.on("exit", (code) => lost(new Error(`the thread ended (${code})`)));
    return started;
  }
}

/** A pause in milliseconds that holds the process, and what cuts it short. */
function pauseOf(milliseconds: number): { promise: Promise<void>; stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  return { promise, stop: () => clearTimeout(timer) };
}

/** The thread's side of a `ThreadQueue`: answers each job that it is given; what `perform` rejects with fails that job only. */
export function serveThread<Ask, Answer>(perform: (ask: Ask) => Answer | Promise<Answer>): void {
  const reply = (message: Reply<Answer>) => parentPort?.postMessage(message);
  parentPort?.on("message", async (ask: Ask) => {
    try {
      reply({ answer: await perform(ask) });
    } catch (error) {
      reply({ failed: messageOf(error) });
    }
  });
}
