import { extname, join } from "node:path";
import { ThreadQueue } from "../../thread.js";
import type { DocumentQuery } from "../types.js";
import type { Stored } from "./search.js";

/**
 * Searches that may read many rows, in a thread with a connection of its own: SQLite works synchronously, and the event
 * loop must not wait for it (design, "Processes"). WAL lets it read beside the writer; it sees whatever was committed
 * before it was asked. The thread starts with the first question and does not keep the process alive.
 */
export class LedgerReader {
  private readonly thread: ThreadQueue<DocumentQuery, Stored[]>;

  constructor(file: string) {
    this.thread = new ThreadQueue(join(__dirname, `reader-thread${extname(__filename)}`), { file });
  }

  /** Rejects when the thread ends in the middle of it; the next question starts another. */
  find(query: DocumentQuery): Promise<Stored[]> {
    return this.thread.run(query);
  }

  close(): Promise<void> {
    return this.thread.close(new Error("the ledger is closed"));
  }
}
