import { chmodSync, existsSync, renameSync, type Stats, statSync, unlinkSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type Database from "libsql";
import { ImportClientError } from "../../errors.js";
import type { LedgerLook } from "../types.js";
import type { Value } from "./columns.js";
import { CommitQueue, LOCKED } from "./commit-queue.js";
import { asLedgerError, ledgerError, openDatabase } from "./open-database.js";
import { Statements } from "./statements.js";
import { isDamaged, isLocked, transactionsOf } from "./transactions.js";

type Stored = Record<string, unknown>;

/** SQLite's own files beside the ledger. */
const BESIDE = ["-wal", "-shm"];

interface Connection {
  database: Database.Database;
  statements: Statements;
  queue: CommitQueue;
  /** What the files were when they were opened: the ledger, then those beside it. */
  opened: (Stats | undefined)[];
  /** The longest that the file has been. It never gets shorter by itself. */
  size: number;
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
export class SqliteStore {
  private connection: Connection | undefined;
  private damaged = false;
  private fenced: { fact: string; value: string } | undefined;
  private readonly listeners = new Set<(place: number) => void>();

  /** Throws SW-LEDGER. */
  constructor(
    readonly file: string,
    create: boolean,
  ) {
    this.connection = this.connect(create);
  }

  async read<T>(job: () => T): Promise<T> {
    const start = performance.now();
    for (let round = 0; ; round++) {
      try {
        this.assertSound();
        return job();
      } catch (error) {
        if (!isLocked(error) || performance.now() - start > LOCKED.patience) throw this.told(error);
        await pause(Math.min(LOCKED.longest, LOCKED.first * 2 ** round));
      }
    }
  }

  async write<T>(job: () => T): Promise<T> {
    try {
      return await this.assertSound().queue.run(job);
    } catch (error) {
      throw this.told(error);
    }
  }

  run(sql: string, ...values: Value[]): Database.RunResult {
    return this.statement(sql).run(...values);
  }

  /** The first row, if there is one. */
  one(sql: string, ...values: Value[]): Stored | undefined {
    return this.statement(sql).get(...values) as Stored | undefined;
  }

  all(sql: string, ...values: Value[]): Stored[] {
    return this.statement(sql).all(...values) as Stored[];
  }

  place(): number {
    return Number(this.one("SELECT max(id) AS id FROM events")?.id ?? 0);
  }

  onCommit(listener: (place: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  fence(fact: string, value: string): void {
    this.fenced = { fact, value };
  }

  look(): LedgerLook {
    const { connection } = this;
    if (!connection || this.damaged) return "damaged";
    const [now, ...beside] = this.stats();
    const [opened, ...openedBeside] = connection.opened;
    if (!now) return "gone";
    if (!opened || !same(now, opened)) return "replaced";
    if (now.size < connection.size) {
      this.damaged = true;
      return "damaged";
    }
    connection.size = now.size;
    return beside.every((one, index) => one && same(one, openedBeside[index])) ? "sound" : "bare";
  }

  /** Closes the file and opens what stands under its name now. Throws SW-LEDGER, and then stays closed. */
  async reopen(create = false): Promise<void> {
    if (this.damaged && this.connection) this.abandon(this.connection);
    else await this.close();
    this.connection = this.connect(create);
    this.damaged = false;
  }

  /**
   * Brings the file back that was taken away under the open connection: everything that this one still knows is written under the
   * ledger's name again. `stamp` marks what is put aside. Resolves to where the file went that stood there, empty when there was
   * none. Throws SW-LEDGER when it cannot be read any more; nothing is changed then.
   */
  async mend(stamp: string): Promise<string> {
    const connection = this.assertSound();
    await connection.queue.drained();
    const look = this.look();
    try {
      if (look === "bare") this.makeBesides(connection);
      return look === "gone" || look === "replaced" ? await this.writeAgain(connection, stamp) : "";
    } catch (error) {
      throw this.told(error);
    }
  }

  private makeBesides(connection: Connection): void {
    connection.database.exec("PRAGMA journal_mode = DELETE; PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; COMMIT");
    connection.opened = this.stats();
  }

  private async writeAgain(connection: Connection, stamp: string): Promise<string> {
    const again = `${this.file}.again-${stamp}`;
    connection.database.exec(`VACUUM INTO '${again.replaceAll("'", "''")}'`);
    chmodSync(again, 0o600);
    // What is beside it is our own still, and all of it is in the copy, unless somebody replaced that as well.
    for (const [index, end] of BESIDE.entries()) {
      const beside = statSync(this.file + end, { throwIfNoEntry: false });
      if (beside && same(beside, connection.opened[index + 1])) unlinkSync(this.file + end);
    }
    const aside = this.setAside(`replaced-${stamp}`);
    this.abandon(connection);
    renameSync(again, this.file);
    this.connection = this.connect(false);
    return aside;
  }

  /** Puts the file and what is beside it under another name. Resolves to that name, empty when there was no file. */
  setAside(mark: string): string {
    const aside = `${this.file}.${mark}`;
    const isThere = existsSync(this.file);
    for (const end of ["", ...BESIDE]) {
      if (existsSync(this.file + end)) renameSync(this.file + end, aside + end);
    }
    return isThere ? aside : "";
  }

  async close(): Promise<void> {
    const { connection } = this;
    if (!connection) return;
    await connection.queue.drained();
    this.connection = undefined;
    connection.statements.clear();
    connection.database.close();
  }

  private connect(create: boolean): Connection {
    const database = openDatabase(this.file, create);
    const queue = new CommitQueue(
      transactionsOf(database, {
        assertMayWrite: () => this.assertMayWrite(),
        committed: () => {
          const place = this.place();
          for (const listener of this.listeners) listener(place);
        },
      }),
    );
    const opened = this.stats();
    return { database, queue, statements: new Statements(database), opened, size: opened[0]?.size ?? 0 };
  }

  private stats(): (Stats | undefined)[] {
    return ["", ...BESIDE].map((end) => statSync(this.file + end, { throwIfNoEntry: false }));
  }

  private statement(sql: string): Database.Statement {
    return this.assertSound().statements.of(sql);
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
    if (this.one("SELECT value FROM facts WHERE name = ?", fact)?.value === value) return;
    throw new ImportClientError("SW-FENCED", {
      zh: "台账已由另一个进程接管，本进程不再写入",
      en: "another process has taken the ledger over: this one writes nothing any more",
    });
  }

  private told(error: unknown): ImportClientError {
    if (isDamaged(error)) this.damaged = true;
    return asLedgerError(error);
  }

  private abandon(connection: Connection): void {
    abandoned.push(connection.database);
    this.connection = undefined;
  }
}

function same(one: Stats, other: Stats | undefined): boolean {
  return other !== undefined && one.ino === other.ino && one.dev === other.dev;
}
