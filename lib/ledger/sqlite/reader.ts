import { extname, join } from "node:path";
import type { Worker } from "node:worker_threads";
import { startThread } from "../../thread.js";
import type { DocumentQuery } from "../types.js";
import type { Stored } from "./search.js";

export interface Question {
  id: number;
  query: DocumentQuery;
}

interface Waiting {
  resolve(rows: Stored[]): void;
  reject(error: unknown): void;
}

/**
 * Searches that may read many rows, in a thread with a connection of its own: SQLite works synchronously, and the event
 * loop must not wait for it (design, "Processes"). WAL lets it read beside the writer; it sees whatever was committed
 * before it was asked. The thread starts with the first question and does not keep the process alive.
 */
export class LedgerReader {
  private readonly waiting = new Map<number, Waiting>();
  private worker: Worker | undefined;
  private count = 0;
  private closed = false;

  constructor(private readonly file: string) {}

  /** Rejects when the thread ends in the middle of it; the next question starts another. */
  find(query: DocumentQuery): Promise<Stored[]> {
    return new Promise((resolve, reject) => {
      if (this.closed) throw new Error("the ledger is closed");
      this.worker ??= this.start();
      const id = ++this.count;
      this.waiting.set(id, { resolve, reject });
      this.worker.ref();
      this.worker.postMessage({ id, query } satisfies Question);
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    const gone = this.worker;
    this.worker = undefined;
    await gone?.terminate();
    this.fail(new Error("the ledger is closed"));
  }

  private start(): Worker {
    const worker = startThread(join(__dirname, `reader-thread${extname(__filename)}`), { file: this.file });
    worker.on("message", ({ id, rows, failed }: { id: number; rows?: Stored[]; failed?: string }) => {
      const asked = this.waiting.get(id);
      this.waiting.delete(id);
      if (this.waiting.size === 0) worker.unref();
      if (rows) asked?.resolve(rows);
      else asked?.reject(new Error(failed));
    });
    const lost = (error: unknown) => {
      if (this.worker !== worker) return;
      this.worker = undefined;
      this.fail(error);
    };
    worker.on("error", lost);
    worker.on("exit", (code) => lost(new Error(`the reading thread ended (${code})`)));
    return worker;
  }

  private fail(error: unknown): void {
    const lost = [...this.waiting.values()];
    this.waiting.clear();
    for (const { reject } of lost) reject(error);
  }
}
