import { chmodSync, renameSync, type Stats } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type Database from "libsql";
import { ImportClientError } from "../../errors.js";
import { measure } from "../../measure.js";
import { KnownRows } from "../sql/known-rows.js";
import { type Fence, PLACE, type Question, type Store } from "../sql/store.js";
import { all, perform, type Statement, type Stored, type Value, type Work } from "../sql/work.js";
import type { LedgerLook } from "../types.js";
import { CommitQueue, LOCKED } from "./commit-queue.js";
import { SQLITE } from "./dialect.js";
import { copyInPlace, headOf, isSame, removeBesides, setAside, statsOf } from "./files.js";
import { asLedgerError, ledgerError, openDatabase } from "./open-database.js";
import { LedgerReader } from "./reader.js";
import { Statements } from "./statements.js";
import { execElsewhere, isDamaged, isLocked, isUnwritable, transactionsOf } from "./transactions.js";

interface Connection {
  database: Database.Database;
  statements: Statements;
  queue: CommitQueue;
  /** What the files were when they were opened: the ledger, then those beside it. */
  opened: (Stats | undefined)[];
  /** The longest that the file has been. It never gets shorter by itself. */
  size: number;
  /** What its head bears, once it was stamped. */
  mark: number | undefined;
}

/**
 * Connections to files that were taken away. One that closes writes into what stands under its names then, or removes it, and it
 * closes whenever its last statement happens to be collected: these stay open until the process ends.
 */
const abandoned: Database.Database[] = [];

/**
 * One SQLite file, through one connection: reading, group commits, and what may become of the file under it. Whatever SQLite
 * says comes out as SW-LEDGER, so that documents wait for it and none fails.
 */
export class SqliteStore implements Store {
  readonly dialect = SQLITE;
  /** SQLite's number changes when another connection has committed, and not with what this one does. */
  readonly knownRows = new KnownRows(() => {
    const said = this.assertSound().statements.of("PRAGMA data_version").get() as { data_version: number };
    return said.data_version;
  });
  private reader: LedgerReader;
  private connection: Connection | undefined;
  private damaged = false;
  private locked = false;
  private fenced: Fence | undefined;
  private readonly listeners = new Set<(place: number) => void>();
  private readonly refusedTo = new Set<(fault: ImportClientError) => void>();

  /** Throws SW-LEDGER. */
  constructor(
    readonly file: string,
    create: boolean,
    marks: readonly number[] = [],
  ) {
    this.connection = this.connect(create, marks);
    this.reader = new LedgerReader(file);
  }

  async read<T>(work: () => Work<T>): Promise<T> {
    const start = performance.now();
    for (let round = 0; ; round++) {
      try {
        for (let busy = this.elsewhere(); busy; busy = this.elsewhere()) await busy;
        const { statements } = this.assertSound();
        return perform(work(), (statement) => answer(statements, statement));
      } catch (error) {
        if (!isLocked(error) || performance.now() - start > LOCKED.patience) throw this.faultFrom(error);
        await pause(Math.min(LOCKED.longest, LOCKED.first * 2 ** round));
      }
    }
  }

  private elsewhere(): Promise<void> | undefined {
    return this.assertSound().queue.elsewhere;
  }

  async write<T>(work: () => Work<T>): Promise<T> {
    try {
      return await measure("commit", () => {
        const { queue, statements } = this.assertSound();
        return queue.run(() => perform(work(), (statement) => answer(statements, statement)));
      });
    } catch (error) {
      const fault = this.faultFrom(error);
      if (isUnwritable(error)) for (const listener of this.refusedTo) listener(fault);
      throw fault;
    }
  }

  find(question: Question): Promise<Stored[]> {
    return this.reader.find(question).catch((error) => {
      throw asLedgerError(error);
    });
  }

  onCommit(listener: (place: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onRefused(listener: (fault: ImportClientError) => void): () => void {
    this.refusedTo.add(listener);
    return () => this.refusedTo.delete(listener);
  }

  /** Nothing is committed unless this fact has this value; undefined lifts it. */
  fence(fence: Fence | undefined): void {
    this.fenced = fence;
  }

  look(): LedgerLook {
    const { connection } = this;
    if (!connection || this.damaged) return "damaged";
    const [now, ...beside] = statsOf(this.file);
    const [opened, ...openedBeside] = connection.opened;
    if (!now) return "gone";
    if (!isSame(now, opened)) return "replaced";
    // It never gets shorter by itself, and its mark is ours: somebody has written into it.
    const { mark } = connection;
    if (now.size < connection.size || (mark !== undefined && headOf(this.file).mark !== mark)) {
      this.damaged = true;
      return "damaged";
    }
    connection.size = now.size;
    if (this.isHeldByOthers(connection)) return "locked";
    return beside.every((one, index) => isSame(one, openedBeside[index])) ? "sound" : "bare";
  }

  /** Once it has been locked for long it is asked each time, for nobody writes any more then. */
  private isHeldByOthers({ database, queue }: Connection): boolean {
    if (!this.locked && queue.lockedFor < LOCKED.news) return false;
    // We have it ourselves.
    if (queue.elsewhere) return false;
    try {
      database.exec("BEGIN IMMEDIATE; ROLLBACK");
      this.locked = false;
    } catch (error) {
      this.locked = isLocked(error);
    }
    return this.locked;
  }

  /**
   * Writes a mark into the head of the file, by which one that is put in its place is found out, also one that is written over it.
   */
  async stamp(mark: number): Promise<void> {
    const connection = this.assertSound();
    const sql = `PRAGMA application_id = ${mark}; PRAGMA wal_checkpoint(TRUNCATE)`;
    try {
      await connection.queue.alone(() => execElsewhere(connection.database, sql));
    } catch (error) {
      throw this.faultFrom(error);
    }
    connection.mark = headOf(this.file).mark === mark ? mark : undefined;
  }

  /** Closes the file and opens it again, after another process had it. Throws SW-LEDGER, and then stays closed. */
  async reopen(): Promise<void> {
    await this.renewReader();
    const { connection } = this;
    if (connection && isSame(statsOf(this.file)[0], connection.opened[0])) await this.closeConnection();
    else if (connection) this.abandon(connection);
    this.connection = this.connect(false);
    this.damaged = false;
  }

  /**
   * Opens what somebody has put in the place of a file that was damaged; `create`: makes it when there is nothing. Throws SW-LEDGER,
   * and then stays closed.
   */
  async replace(create: boolean): Promise<void> {
    await this.renewReader();
    const { connection } = this;
    if (connection) {
      this.abandon(connection);
      removeBesides(this.file, connection.opened);
      if (isSame(statsOf(this.file)[0], connection.opened[0])) copyInPlace(this.file);
    }
    const next = this.connect(create);
    const [{ quick_check: said }] = next.database.pragma("quick_check(1)") as [{ quick_check: string }];
    if (said !== "ok") {
      abandoned.push(next.database);
      throw ledgerError(`台账已损坏：${said}`, `the ledger is damaged: ${said}`, undefined, "damaged");
    }
    this.connection = next;
    this.damaged = false;
  }

  /**
   * Brings the file back that was taken away under the open connection: everything that this one still knows is written under the
   * ledger's name again. `stamp` marks what is put aside. Resolves to where the file went that stood there, empty when there was
   * none. Throws SW-LEDGER when it cannot be read any more; nothing is changed then.
   */
  async mend(stamp: string): Promise<string> {
    await this.renewReader();
    const connection = this.assertSound();
    await connection.queue.drained();
    const look = this.look();
    try {
      if (look === "bare") this.makeBesides(connection);
      return look === "gone" || look === "replaced" ? await this.writeAgain(connection, stamp) : "";
    } catch (error) {
      throw this.faultFrom(error);
    }
  }

  private makeBesides(connection: Connection): void {
    connection.database.exec("PRAGMA journal_mode = DELETE; PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; COMMIT");
    connection.opened = statsOf(this.file);
  }

  private async writeAgain(connection: Connection, stamp: string): Promise<string> {
    const again = `${this.file}.again-${stamp}`;
    connection.database.exec(`VACUUM INTO '${again.replaceAll("'", "''")}'`);
    chmodSync(again, 0o600);
    // All of what is beside it is in the copy.
    removeBesides(this.file, connection.opened);
    const aside = setAside(this.file, `replaced-${stamp}`);
    this.abandon(connection);
    renameSync(again, this.file);
    this.connection = this.connect(false);
    return aside;
  }

  async close(): Promise<void> {
    await this.reader.close();
    await this.closeConnection();
  }

  private async renewReader(): Promise<void> {
    await this.reader.close();
    this.reader = new LedgerReader(this.file);
  }

  private async closeConnection(): Promise<void> {
    const { connection } = this;
    if (!connection) return;
    await connection.queue.drained();
    this.connection = undefined;
    connection.statements.clear();
    try {
      // All of it is in the one file then: who copies that has a whole backup.
      const sql = "PRAGMA wal_checkpoint(TRUNCATE)";
      if (!this.damaged) await connection.queue.alone(() => execElsewhere(connection.database, sql));
    } catch {
      // The log is read with the next start.
    }
    connection.database.close();
  }

  private connect(create: boolean, marks: readonly number[] = []): Connection {
    const database = openDatabase(this.file, create, marks);
    const queue = new CommitQueue(
      transactionsOf(database, {
        assertMayWrite: () => {
          // What waited while a person or a fault took the file away is written to no other.
          if (this.connection?.database !== database) throw ledgerError("台账已关闭", "the ledger is closed");
          this.assertMayWrite();
        },
        undone: () => this.knownRows.clear(),
        committed: () => {
          if (this.connection?.database === database) this.tellPlace();
        },
      }),
    );
    const opened = statsOf(this.file);
    const statements = new Statements(database);
    this.knownRows.clear();
    return { database, queue, statements, opened, size: opened[0]?.size ?? 0, mark: undefined };
  }

  private tellPlace(): void {
    try {
      const place = Number(this.rows(PLACE)[0]?.id);
      for (const listener of this.listeners) listener(place);
    } catch (error) {
      // Found damaged while the commit was under way: the next who reads or writes is told.
      this.faultFrom(error);
    }
  }

  private rows(sql: string, ...values: Value[]): Stored[] {
    return answer(this.assertSound().statements, all(sql, ...values));
  }

  private assertSound(): Connection {
    if (!this.connection) throw ledgerError("台账已关闭", "the ledger is closed");
    if (this.damaged) throw ledgerError("台账已损坏", "the ledger is damaged", undefined, "damaged");
    return this.connection;
  }

  /** Asked within each transaction, so that a process which was frozen while another took over commits nothing. */
  private assertMayWrite(): void {
    if (!this.fenced) return;
    const { fact, value } = this.fenced;
    if (this.rows("SELECT value FROM facts WHERE name = ?", fact)[0]?.value === value) return;
    throw new ImportClientError("SW-FENCED", {
      zh: "台账已由另一个进程接管，本进程不再写入",
      en: "another process has taken the ledger over: this one writes nothing any more",
    });
  }

  private faultFrom(error: unknown): ImportClientError {
    if (isDamaged(error)) this.damaged = true;
    return asLedgerError(error);
  }

  private abandon(connection: Connection): void {
    abandoned.push(connection.database);
    this.connection = undefined;
  }
}

/** Rows are always asked for by `all`: a statement of libsql that was asked by it once, and had none, gives none to `get` either. */
function answer(statements: Statements, { sql, values, rows }: Statement): Stored[] {
  const statement = statements.of(sql);
  // As one array: libsql makes one of what it is given.
  if (rows) return statement.all(values) as Stored[];
  statement.run(values);
  return [];
}
