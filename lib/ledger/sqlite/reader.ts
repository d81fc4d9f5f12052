import { extname, join } from "node:path";
import { ThreadQueue } from "../../thread.js";
import type { Question } from "../sql/store.js";
import type { Stored } from "../sql/work.js";

/**
 * Searches that may read many rows, in a thread with a connection of its own: SQLite works synchronously, and the event
 * loop must not wait for it (design, "Processes"). WAL lets it read beside the writer; it sees whatever was committed
 * before it was asked. The thread starts with the first question and does not keep the process alive.
 */
export class LedgerReader {
  private readonly thread: ThreadQueue<Question, Stored[]>;

  constructor(file: string) {
    this.thread = new ThreadQueue(join(__dirname, `reader-thread${extname(__filename)}`), { file });
  }

  /** Rejects when the thread ends in the middle of it; the next question starts another. */
  find(question: Question): Promise<Stored[]> {
    return this.thread.run(question);
  }

  close(): Promise<void> {
    return this.thread.close(new Error("the ledger is closed"));
  }
}
