import { extname, join } from "node:path";
import type { Check } from "../document.js";
import { ImportClientError, messageOf } from "../errors.js";
import { ThreadQueue, ThreadTimeout } from "../thread.js";
import type { CanonicalPart } from "./canonical.js";
import { IN_THREAD } from "./libxml.js";
import {
  type CanonicalTask,
  type CheckTask,
  type Outcome,
  performTask,
  type Result,
  settleOutcome,
  type Task,
} from "./tasks.js";

/** Up to this size it does not have to wait behind really large ones. */
const SMALL = 256 * 1024;
/** libxml2's memory only grows; after a document of this size its thread is given up and the memory with it. */
const RECYCLE = 4 * 1024 * 1024;

const TIME_LIMIT = 20_000;

function timedOut({ limit }: ThreadTimeout): ImportClientError {
  const seconds = Math.round(limit / 100) / 10;
  return new ImportClientError(
    "SW-XSD",
    { zh: `XML 检查超过 ${seconds} 秒，已中止`, en: `checking the XML took more than ${seconds} s and was stopped` },
    {
      advice: { zh: "请拆分报文，或检查所用的 XSD。", en: "Split the document, or look at the XSD that is used." },
      details: { reason: "time" },
    },
  );
}

/** Two, so that a large document does not hold up the small ones. */
const thread = () => new ThreadQueue<Task, Outcome>(join(__dirname, `worker${extname(__filename)}`));
const small = thread();
const large = thread();

/**
 * Runs a task so that the event loop is not blocked (promises 5): whether a small document is well-formed is found out at
 * once, everything else in a worker thread. Rejects with SW-XSD for what is wrong with the document, or when `timeLimit`
 * (ms) is over: the thread is then ended in the middle of its work.
 */
export async function runTask(task: CheckTask, timeLimit: number = TIME_LIMIT): Promise<Check[]> {
  if (task.bytes.byteLength <= IN_THREAD && task.kind === "well-formed") return settleOutcome(await performTask(task));
  return inThread(task, timeLimit);
}

/** Canonical XML of a large part of a document, by a worker thread. Rejects with SW-XSD. */
export async function canonicalInThread(bytes: Buffer, part: CanonicalPart): Promise<Buffer> {
  const { buffer, byteOffset, byteLength } = await inThread<CanonicalTask>(
    { kind: "canonical", bytes, part },
    TIME_LIMIT,
  );
  return Buffer.from(buffer, byteOffset, byteLength);
}

async function inThread<T extends Task>(task: T, timeLimit: number): Promise<Result<T>> {
  const size = task.bytes.byteLength;
  const options = { timeLimit, endAfter: size > RECYCLE };
  const outcome = await (size <= SMALL ? small : large).run(task, options).catch((error) => {
    if (error instanceof ThreadTimeout) throw timedOut(error);
    throw new ImportClientError(
      "SW-XSD",
      { zh: `XML 检查失败：${messageOf(error)}`, en: `the XML could not be checked: ${messageOf(error)}` },
      { cause: error, details: { reason: "thread" } },
    );
  });
  return settleOutcome(outcome as Outcome<T>);
}

/** Ends the threads that are idle, and with them what they have compiled. They start again when they are needed. */
export function releaseXmlThreads(): void {
  small.endIdle();
  large.endIdle();
}
