import { extname, join } from "node:path";
import { ThreadQueue } from "../../thread.js";
import type { DocumentCount, DocumentQuery } from "../types.js";
import { asLedgerError } from "./open-database.js";
import type { Stored } from "./search.js";

/** What the thread is asked: for rows, or for how many there are. */
export interface Question {
  query: DocumentQuery;
  count: boolean;
}

/**
 * Searches that may read many rows, in a thread with a connection of its own: SQLite works synchronously, and the event
 * loop must not wait for it (design, "Processes"). WAL lets it read beside the writer; it sees whatever was committed
 * before it was asked. The thread starts with the first question and does not keep the process alive.
 */
export class LedgerReader {
  private readonly thread: ThreadQueue<Question, Stored[] | DocumentCount[]>;

  constructor(file: string) {
    this.thread = new ThreadQueue(join(__dirname, `reader-thread${extname(__filename)}`), { file });
  }

  /** Rejects with SW-LEDGER when the thread ends in the middle of it; the next question starts another. */
  find(query: DocumentQuery): Promise<Stored[]> {
    return this.ask({ query, count: false }) as Promise<Stored[]>;
  }

  count(query: DocumentQuery): Promise<DocumentCount[]> {
    return this.ask({ query, count: true }) as Promise<DocumentCount[]>;
  }

  close(): Promise<void> {
    return this.thread.close(new Error("the ledger is closed"));
  }

  private ask(question: Question): Promise<Stored[] | DocumentCount[]> {
    return this.thread.run(question).catch((error) => {
      throw asLedgerError(error);
    });
  }
}
