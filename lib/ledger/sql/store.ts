import type { ImportClientError } from "../../errors.js";
import type { InstanceKey } from "../instances.js";
import type { DocumentQuery, KnownPlace, LedgerLook } from "../types.js";
import type { Dialect } from "./dialect.js";
import type { KnownRows } from "./known-rows.js";
import type { Statement, Stored, Work } from "./work.js";

/** What is asked for: documents, or how many of them there are. */
export interface Question {
  query: DocumentQuery;
  count: boolean;
}

/** What a ledger must only write as long as a fact has this value. */
export interface Fence {
  fact: string;
  value: string;
}

/** What a database has that several processes may share. */
export interface SharedStore {
  /** Nothing is committed unless this one is still there, with this epoch. */
  instance: InstanceKey | undefined;
  /** A statement that waits for no other writer, committed by itself. Tried once. */
  aside(statement: Statement): Promise<Stored[]>;
}

/**
 * The database under a ledger. Whatever it says comes out as SW-LEDGER, so that documents wait for it and none fails; what work throws
 * comes out as it is.
 */
export interface Store {
  readonly dialect: Dialect;
  readonly shared?: SharedStore;
  /** Absent where nothing is kept of the rows of documents. */
  readonly knownRows?: KnownRows;
  read<T>(work: () => Work<T>): Promise<T>;
  /**
   * Resolves when what it wrote is committed durably; work of one moment shares a commit, and what fails is undone alone. Nothing else
   * writes between its statements.
   */
  write<T>(work: () => Work<T>): Promise<T>;
  /** A question that may read many rows; the event loop does not wait for it. */
  find(question: Question): Promise<Stored[]>;
  /** Called after each commit with the number of the newest event. Returns the way to stop. */
  onCommit(listener: (place: number) => void): () => void;
  /** As in `Ledger`. */
  onRefused(listener: (fault: ImportClientError) => void): () => void;
  /** Nothing is committed unless this fact has this value; undefined lifts it. */
  fence(fence: Fence | undefined): void;
  /** As in `Ledger`, where a database can say it; so are the four behind them. */
  trouble?(): ImportClientError | undefined;
  expects?(expected: () => KnownPlace | undefined): void;
  look(): LedgerLook;
  stamp(mark: number): Promise<void>;
  reopen(): Promise<void>;
  replace(create: boolean): Promise<void>;
  mend(stamp: string): Promise<string>;
  close(): Promise<void>;
}

/** Number of the newest event; 0 when there is none. */
export const PLACE = "SELECT coalesce(max(id), 0) AS id FROM events";
