import { setTimeout as pause } from "node:timers/promises";
import { personsQuestion } from "../../asked.js";
import type { ImportClientError } from "../../errors.js";
import { measure } from "../../measure.js";
import type { InstanceKey } from "../instances.js";
import { countDocuments, findDocuments } from "../sql/search.js";
import type { Fence, Question, SharedStore, Store } from "../sql/store.js";
import { all, performAsync, type Statement, type Stored, type Work } from "../sql/work.js";
import type { KnownPlace, LedgerLook } from "../types.js";
import { POSTGRES } from "./dialect.js";
import { asLedgerError, isFinal, isMissing, isRefusal, ledgerError } from "./faults.js";
import { AWAY, GroupCommit } from "./group-commit.js";
import { namedFault } from "./named-faults.js";
import type { PostgresPlace } from "./place.js";
import { type FoundLedger, ledgerIn, openSession, prepareSchema, type Session } from "./session.js";
import { Sessions } from "./sessions.js";
import { Soon, silent } from "./soon.js";

/** Connections that read; one more writes. */
const READERS = 3;

const PROBE = all("SELECT 1");

/**
 * A ledger in a schema of PostgreSQL: group commits over one connection, reading over a few others. A database that is away is waited for.
 * One whose tables are gone, or are others than before, a restored backup say, or that has come back with less than is known to be
 * committed counts as damaged until `replace`; each transaction looks before it writes anything.
 */
export class PostgresStore implements Store, SharedStore {
  readonly dialect = POSTGRES;
  readonly shared = this;
  instance: InstanceKey | undefined;
  private asideSession: Session | undefined;
  private readers: Sessions;
  private readonly queue = this.newQueue();
  private readonly soon = new Soon(() => this.aside(PROBE));
  readonly knownRows = this.queue.knownRows;
  private writer: Session | undefined;
  private fenced: Fence | undefined;
  private readonly listeners = new Set<(place: number) => void>();
  private readonly refusedTo = new Set<(fault: ImportClientError) => void>();
  /** Which one it is, and the number of the newest event that is known to be committed. */
  private known: FoundLedger = { table: "", place: 0 };
  private expected: () => KnownPlace | undefined = () => undefined;
  private damaged = false;
  private closed = false;

  private constructor(
    private readonly place: PostgresPlace,
    private readonly password: string | undefined,
  ) {
    this.readers = this.newReaders();
  }

  /** `create`: makes the ledger where there is none, else that is a fault. Rejects with SW-LEDGER, SW-PREREQUISITE. */
  static async open(place: PostgresPlace, password: string | undefined, create: boolean): Promise<PostgresStore> {
    const store = new PostgresStore(place, password);
    await store.connect(create);
    return store;
  }

  async read<T>(work: () => Work<T>): Promise<T> {
    const question = personsQuestion();
    if (!question) return this.reading(work, AWAY.patience);
    return this.soon.answer(question.silent, (patience, isWanted) => this.reading(work, patience, isWanted));
  }

  private async reading<T>(work: () => Work<T>, patience: number, isWanted = () => true): Promise<T> {
    const { readers } = this;
    const start = performance.now();
    for (let tries = 0; ; tries++) {
      let session: Session | undefined;
      try {
        this.assertOpen();
        const reader = await readers.take();
        session = reader;
        if (!isWanted()) throw silent();
        return await performAsync(work(), (statement) => reader.run(statement));
      } catch (error) {
        if (!isFinal(error)) session?.destroy();
        const long = performance.now() - start > patience;
        if (isFinal(error) || long || this.closed || !isWanted()) throw this.faultFrom(error);
        await pause(Math.min(AWAY.longest, AWAY.first * 2 ** tries));
      } finally {
        readers.giveBack(session);
      }
    }
  }

  async write<T>(work: () => Work<T>): Promise<T> {
    const question = personsQuestion();
    // What is being written is waited for: nobody may take a commit for none.
    if (question) await this.soon.assertAnswers(question.silent);
    try {
      return await measure("commit", async () => {
        this.assertOpen();
        return this.queue.run(work);
      });
    } catch (error) {
      const fault = this.faultFrom(error);
      if (isRefusal(error)) for (const listener of this.refusedTo) listener(fault);
      throw fault;
    }
  }

  async aside(statement: Statement): Promise<Stored[]> {
    let session = this.asideSession;
    try {
      if (!session || session.isLost) session = await openSession(this.place, this.password);
      this.asideSession = session;
      return await session.run(statement);
    } catch (error) {
      if (!isFinal(error)) session?.destroy();
      throw this.faultFrom(error);
    } finally {
      // Whoever leaves does so after all else is closed.
      if (this.closed) await this.endAside();
    }
  }

  find({ query, count }: Question): Promise<Stored[]> {
    return this.read(() => (count ? countDocuments : findDocuments)(query, POSTGRES));
  }

  onCommit(listener: (place: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onRefused(listener: (fault: ImportClientError) => void): () => void {
    this.refusedTo.add(listener);
    return () => this.refusedTo.delete(listener);
  }

  fence(fence: Fence | undefined): void {
    this.fenced = fence;
  }

  look(): LedgerLook {
    if (this.damaged) return "damaged";
    return this.queue.awayFor > AWAY.news ? "away" : "sound";
  }

  trouble(): ImportClientError | undefined {
    if (this.damaged) return changed();
    const { hindrance } = this.queue;
    return namedFault(hindrance) && asLedgerError(hindrance);
  }

  expects(expected: () => KnownPlace | undefined): void {
    this.expected = expected;
  }

  /** There is no file that somebody could write over. */
  async stamp(): Promise<void> {}

  async reopen(): Promise<void> {
    await this.end();
    this.closed = false;
    await this.connect(false);
  }

  async replace(create: boolean): Promise<void> {
    await this.end();
    this.closed = false;
    await this.connect(create);
    this.damaged = false;
  }

  async mend(): Promise<string> {
    return "";
  }

  async close(): Promise<void> {
    await this.end();
  }

  private newReaders(): Sessions {
    return new Sessions(READERS, () => openSession(this.place, this.password));
  }

  private newQueue(): GroupCommit {
    return new GroupCommit({
      session: () => this.session(),
      fence: () => this.fenced,
      instance: () => this.instance,
      assertSame: (found) => this.assertSame(found),
      committed: (place) => {
        // What it was before has been looked at within the same transaction.
        this.known.place = place;
        for (const listener of this.listeners) listener(place);
      },
    });
  }

  private async connect(create: boolean): Promise<void> {
    try {
      const session = await openSession(this.place, this.password);
      this.writer = session;
      this.readers = this.newReaders();
      await prepareSchema(session, this.place, create);
      const { table, place } = await ledgerIn(session);
      this.known = { table, place };
    } catch (error) {
      await this.end();
      throw asLedgerError(error);
    }
  }

  /** The writing connection; another one when the last was lost. */
  private async session(): Promise<Session> {
    this.assertOpen();
    if (this.writer && !this.writer.isLost) return this.writer;
    const session = await openSession(this.place, this.password);
    this.writer = session;
    await this.assertNothingLost(session);
    return session;
  }

  /**
   * A standby that took over without all of it does not know what we know, or what those know who share the ledger: they may have
   * committed while we did not.
   */
  private async assertNothingLost(session: Session): Promise<void> {
    const found = await ledgerIn(session);
    this.assertSame(found);
    const expected = this.expected();
    if (expected && (expected.ledger !== found.name || expected.place > found.place)) this.differs();
  }

  private assertSame({ table, place }: FoundLedger): void {
    if (table !== this.known.table || place < this.known.place) this.differs();
  }

  private differs(): never {
    this.damaged = true;
    throw changed();
  }

  /** Tables that are gone may come back as those of a backup. */
  private faultFrom(error: unknown): ImportClientError {
    if (isMissing(error)) this.damaged = true;
    return asLedgerError(error);
  }

  private assertOpen(): void {
    if (this.damaged) throw changed();
    if (this.closed) throw ledgerError("台账已关闭", "the ledger is closed", "unusable");
  }

  private async end(): Promise<void> {
    await this.queue.drained();
    this.closed = true;
    await this.readers.close();
    await this.writer?.close();
    this.writer = undefined;
    await this.endAside();
  }

  private async endAside(): Promise<void> {
    const session = this.asideSession;
    this.asideSession = undefined;
    await session?.close();
  }
}

function changed(): ImportClientError {
  return ledgerError(
    "台账数据库中的台账已不在、被替换，或缺少已提交的记录",
    "the ledger in the database is gone, is another one now, or lacks what was committed",
    "changed",
  );
}
