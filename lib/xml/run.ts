import { extname, join } from "node:path";
import type { Worker } from "node:worker_threads";
import type { Check } from "../document.js";
import { ImportClientError, messageOf } from "../errors.js";
import { startThread } from "../thread.js";
import { IN_THREAD } from "./libxml.js";
import { type Outcome, performTask, settleOutcome, type Task } from "./tasks.js";

/** Up to this size it does not have to wait behind really large ones. */
const SMALL = 256 * 1024;
/** libxml2's memory only grows; after a document of this size its thread is given up and the memory with it. */
const RECYCLE = 4 * 1024 * 1024;

const TIME_LIMIT = 20_000;

interface Job {
  task: Task;
  timeLimit: number;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

function timedOut(job: Job): ImportClientError {
  const seconds = Math.round(job.timeLimit / 100) / 10;
  return new ImportClientError(
    "SW-XSD",
    { zh: `XML 检查超过 ${seconds} 秒，已中止`, en: `checking the XML took more than ${seconds} s and was stopped` },
    {
      advice: { zh: "请拆分报文，或检查所用的 XSD。", en: "Split the document, or look at the XSD that is used." },
      details: { reason: "time" },
    },
  );
}

/** One worker thread and its queue. The thread starts with the first job and does not keep the process alive. */
class Lane {
  private readonly queue: Job[] = [];
  private worker: Worker | undefined;
  private running: Job | undefined;
  private timer: NodeJS.Timeout | undefined;

  run(task: Task, timeLimit: number): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.queue.push({ task, timeLimit, resolve, reject });
      this.next();
    });
  }

  /** Ends the thread unless it is at work. */
  release(): void {
    if (!this.running) this.drop();
  }

  private next(): void {
    if (this.running) return;
    const job = this.queue.shift();
    this.running = job;
    if (!job) {
      this.worker?.unref();
      return;
    }
    this.worker ??= this.start();
    this.worker.ref();
    this.timer = setTimeout(() => {
      this.drop();
      this.finish((late) => late.reject(timedOut(late)));
    }, job.timeLimit);
    this.worker.postMessage(job.task);
  }

  private finish(end: (job: Job) => void): void {
    const job = this.running;
    if (!job) return;
    clearTimeout(this.timer);
    this.running = undefined;
    end(job);
    if (job.task.bytes.byteLength > RECYCLE) this.drop();
    this.next();
  }

  private drop(): void {
    const gone = this.worker;
    this.worker = undefined;
    gone?.removeAllListeners();
    // A thread that is being ended may still report an error; nobody waits for it any more.
    gone?.on("error", () => {});
    void gone?.terminate();
  }

  private start(): Worker {
    const started = startThread(join(__dirname, `worker${extname(__filename)}`));
    const lost = (error: unknown) => {
      if (this.worker !== started) return;
      this.worker = undefined;
      this.finish((job) => job.reject(error));
    };
    started.on("message", (answer: { outcome: Outcome } | { failed: string }) => {
      this.finish((job) => {
        if ("outcome" in answer) job.resolve(answer.outcome);
        else job.reject(new Error(answer.failed));
      });
    });
    started.on("error", lost);
    started.on("exit", (code) => lost(new Error(`the XML thread ended (${code})`)));
    return started;
  }
}

/** Two, so that a large document does not hold up the small ones. */
const small = new Lane();
const large = new Lane();

/**
 * Runs a task so that the event loop is not blocked (promises 5): whether a small document is well-formed is found out at
 * once, everything else in a worker thread. Rejects with SW-XSD for what is wrong with the document, or when `timeLimit`
 * (ms) is over: the thread is then ended in the middle of its work.
 */
export async function runTask(task: Task, timeLimit: number = TIME_LIMIT): Promise<Check[]> {
  const size = task.bytes.byteLength;
  if (size <= IN_THREAD && task.kind === "well-formed") return settleOutcome(await performTask(task));
  const outcome = await (size <= SMALL ? small : large).run(task, timeLimit).catch((error) => {
    if (error instanceof ImportClientError) throw error;
    throw new ImportClientError(
      "SW-XSD",
      { zh: `XML 检查失败：${messageOf(error)}`, en: `the XML could not be checked: ${messageOf(error)}` },
      { cause: error, details: { reason: "thread" } },
    );
  });
  return settleOutcome(outcome);
}

/** Ends the threads that are idle, and with them what they have compiled. They start again when they are needed. */
export function releaseXmlThreads(): void {
  small.release();
  large.release();
}
