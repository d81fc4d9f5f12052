import { extname, join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Check } from "../document.js";
import { ImportClientError, messageOf } from "../errors.js";
import type { XmlElement } from "./scan.js";
import { type Outcome, performTask, settleOutcome, type Task } from "./tasks.js";

/** Up to this size a document is parsed in the calling thread, where it takes a few milliseconds. */
const INLINE = 256 * 1024;
/** libxml2's memory only grows; after a document of this size its thread is given up and the memory with it. */
const RECYCLE = 4 * 1024 * 1024;

export const TIME_LIMIT = 20_000;

interface Job {
  task: Task;
  timeLimit: number;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

const queue: Job[] = [];
let worker: Worker | undefined;
let running: Job | undefined;
let timer: NodeJS.Timeout | undefined;

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

function finish(end: (job: Job) => void): void {
  const job = running;
  if (!job) return;
  clearTimeout(timer);
  running = undefined;
  end(job);
  if (worker && job.task.bytes.byteLength > RECYCLE) dropWorker();
  next();
}

function dropWorker(): void {
  const gone = worker;
  worker = undefined;
  gone?.removeAllListeners();
  // A thread that is being ended may still report an error; nobody waits for it any more.
  gone?.on("error", () => {});
  void gone?.terminate();
}

function startWorker(): Worker {
  const file = join(__dirname, `worker${extname(__filename)}`);
  // In the package it is `worker.js`. Where the sources are run, a new thread does not know TypeScript until it is told.
  const started = file.endsWith(".ts")
    ? new Worker(`${[require.resolve("tsx/cjs"), file].map((path) => `require(${JSON.stringify(path)});`).join("")}`, {
        eval: true,
        execArgv: [],
      })
    : new Worker(file);
  const lost = (error: unknown) => {
    if (worker !== started) return;
    worker = undefined;
    finish((job) => job.reject(error));
  };
  started.on("message", (answer: { outcome: Outcome } | { failed: string }) => {
    finish((job) => {
      if ("outcome" in answer) job.resolve(answer.outcome);
      else job.reject(new Error(answer.failed));
    });
  });
  started.on("error", lost);
  started.on("exit", (code) => lost(new Error(`the XML thread ended (${code})`)));
  started.unref();
  return started;
}

function next(): void {
  if (running) return;
  running = queue.shift();
  if (!running) {
    worker?.unref();
    return;
  }
  worker ??= startWorker();
  worker.ref();
  timer = setTimeout(() => {
    dropWorker();
    finish((job) => job.reject(timedOut(job)));
  }, running.timeLimit);
  worker.postMessage(running.task);
}

/**
 * Runs a task, in a worker thread when the document is large or `heavy` says so, so that the event loop is not blocked
 * (promises 5). Rejects with SW-XSD for what is wrong with the document, or when `timeLimit` (ms) is over: the thread is
 * then ended in the middle of its work.
 */
export async function runTask(
  task: Task,
  options: { heavy?: boolean; timeLimit?: number; scanned?: XmlElement } = {},
): Promise<Check[]> {
  if (task.bytes.byteLength <= INLINE && !options.heavy) return settleOutcome(await performTask(task, options.scanned));
  const outcome = await new Promise<Outcome>((resolve, reject) => {
    queue.push({ task, timeLimit: options.timeLimit ?? TIME_LIMIT, resolve, reject });
    next();
  }).catch((error) => {
    if (error instanceof ImportClientError) throw error;
    throw new ImportClientError(
      "SW-XSD",
      { zh: `XML 检查失败：${messageOf(error)}`, en: `the XML could not be checked: ${messageOf(error)}` },
      { cause: error, details: { reason: "thread" } },
    );
  });
  return settleOutcome(outcome);
}

/** Ends the worker thread, for a caller that wants its memory back at once. It starts again when it is needed. */
export function releaseXmlThread(): void {
  if (!running) dropWorker();
}
