import { randomUUID } from "node:crypto";
import { closeSync, existsSync, openSync, statSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import Database from "libsql";
import { codeOf } from "../errors.js";
import { KeyedLock } from "../keyed-lock.js";
import { assertPlainFile } from "../plain-file.js";
import { guardUnusable } from "./faults.js";
import { GUARD_VARIABLE, guardFile } from "./guard-place.js";
import { compared, KEPT_ATTEMPTS, type Looked, samePin, UNDER_WAY } from "./pin-record.js";
import type { EarlierPinAttempts, PinAttempts, PinOutcome, PinRefusal, PinTry } from "./types.js";

const VERSION = 1;

const SCHEMA = `
  CREATE TABLE attempts (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL,
    salt TEXT NOT NULL, pin TEXT NOT NULL, outcome TEXT NOT NULL, code TEXT NOT NULL DEFAULT '',
    released_at INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT ''
  );
  CREATE TABLE tokens (token TEXT NOT NULL, attempt TEXT NOT NULL, PRIMARY KEY (token, attempt)) WITHOUT ROWID;
  PRAGMA user_version = ${VERSION};
`;

/** How long another process's transaction is waited for, and how often it is looked for, in milliseconds. */
const BUSY = { limit: 5_000, interval: 20 };

/** `DEFERRED` takes no lock but for reading. */
type Mode = "IMMEDIATE" | "DEFERRED";

interface Attempt {
  id: string;
  at: number;
  salt: string;
  pin: string;
  outcome: "open" | PinOutcome;
  code: string;
}

interface Ended extends Attempt {
  tokens: readonly string[];
}

/** Attempts that close the guard of any of these tokens, newest first. */
const closing = (tokens: readonly string[]) => `
  SELECT id, at, salt, pin, outcome, code FROM attempts
  WHERE released_at = 0 AND outcome IN ('open', 'refused')
    AND id IN (SELECT attempt FROM tokens WHERE token IN (${tokens.map(() => "?").join(", ")}))
  ORDER BY number DESC`;

/**
 * The PIN guard's record: one SQLite file of the machine (promises 4), for every client, ledger, backend and process on it. Looking
 * and writing down are one transaction that holds the file's lock, so two processes cannot both find the guard open; an attempt
 * whose process died in it has no outcome and counts as refused. A record that cannot be opened or written rejects with
 * SW-PIN-GUARD, and then no PIN is sent.
 *
 * An attempt has a name for each thing that tells its token; the fingerprint of its PIN is salted with the first of them, and
 * there is one of it only while the attempt closes the guard: two fingerprints of one PIN would give away more of it than one.
 */
export class MachinePinAttempts implements PinAttempts {
  private connection: { file: string; inode: bigint; database: Database.Database } | undefined;
  private readonly begun = new Map<string, Ended>();
  /** Outcomes that could not be written; the next transaction writes them. */
  private readonly unwritten = new Map<string, Ended>();
  private readonly earlier = new Set<EarlierPinAttempts>();
  private readonly lock = new KeyedLock();

  constructor(
    private readonly file: () => string = guardFile,
    private readonly now: () => number = Date.now,
  ) {}

  async begin(wanted: PinTry): Promise<{ id: string } | { closedBy: PinRefusal }> {
    const { tokens, fingerprint } = wanted;
    const salt = tokens[0] ?? "";
    const pin = await fingerprint(salt);
    const attempt: Ended = { id: randomUUID(), at: this.now(), salt, pin, outcome: "open", code: "", tokens };
    const closedBy = await this.compared(wanted, "IMMEDIATE", (database, same) => {
      if (same[0]) return same[0];
      insert(database, attempt);
      prune(database);
      return undefined;
    });
    if (closedBy) return { closedBy };
    this.begun.set(attempt.id, attempt);
    return { id: attempt.id };
  }

  refusal(wanted: PinTry): Promise<PinRefusal | undefined> {
    return this.compared(wanted, "DEFERRED", (_, same) => same.find(({ open }) => !open));
  }

  async end(id: string, outcome: PinOutcome, code: string): Promise<void> {
    const attempt = this.begun.get(id);
    if (!attempt) return;
    this.begun.delete(id);
    this.unwritten.set(id, { ...attempt, outcome, code });
    // Written with the next transaction if not now; until then the attempt has no outcome and counts as refused.
    await this.transaction(() => undefined).catch(() => undefined);
  }

  async refuse({ tokens, fingerprint, salt = tokens[0] ?? "" }: PinTry, code: string): Promise<void> {
    const pin = await fingerprint(salt);
    const attempt: Ended = { id: randomUUID(), at: this.now(), salt, pin, outcome: "refused", code, tokens };
    this.unwritten.set(attempt.id, attempt);
    await this.transaction(() => undefined).catch(() => undefined);
  }

  async release(tokens: readonly string[], reason: string): Promise<void> {
    await this.lock.run("earlier", () => this.takeOver());
    await this.transaction((database) => {
      const rows = database.prepare(closing(tokens)).all(...tokens) as Attempt[];
      const set = database.prepare("UPDATE attempts SET released_at = ?, reason = ?, pin = '' WHERE id = ?");
      for (const { id, at, outcome } of rows) {
        const underWay = outcome === "open" && Math.abs(this.now() - at) < UNDER_WAY;
        if (!underWay) set.run(this.now(), reason, id);
      }
    });
  }

  /**
   * What a ledger of an earlier version keeps is taken over before the next attempt, and forgotten there. Returns what ends
   * that, for a ledger that closes before there was one.
   */
  inherit(source: EarlierPinAttempts): () => void {
    this.earlier.add(source);
    return () => this.earlier.delete(source);
  }

  /** Rejects with SW-PIN-GUARD when the record cannot be opened and written. */
  async check(): Promise<void> {
    await this.transaction((database) => database.exec(`PRAGMA user_version = ${VERSION}`));
  }

  /** Closes the file; the next use opens it again. */
  close(): void {
    this.connection?.database.close();
    this.connection = undefined;
  }

  private async takeOver(): Promise<void> {
    for (const source of [...this.earlier]) {
      await source.handOver((refusals) =>
        this.transaction((database) => {
          const known = database.prepare("SELECT 1 FROM attempts WHERE salt = ? AND pin = ? AND at = ?");
          for (const { token, pin, at, code } of refusals) {
            if (known.get(token, pin, at) !== undefined) continue;
            insert(database, { id: randomUUID(), at, salt: token, pin, outcome: "refused", code, tokens: [token] });
          }
        }),
      );
      this.earlier.delete(source);
    }
  }

  /** Runs a job in one transaction with the attempts that close the guard for this PIN on this token, newest first. */
  private async compared<T>(
    wanted: PinTry,
    mode: Mode,
    job: (database: Database.Database, same: PinRefusal[]) => T,
  ): Promise<T> {
    await this.lock.run("earlier", () => this.takeOver());
    const { tokens } = wanted;
    return compared(wanted, (mine) =>
      this.transaction<Looked<T>>((database) => {
        const same = samePin(database.prepare(closing(tokens)).all(...tokens) as Attempt[], mine);
        return "unknown" in same ? same : { result: job(database, same.result.map(refusalOf)) };
      }, mode),
    );
  }

  /** Runs a job in one transaction, committed when this resolves. Never waits inside SQLite: that would hold the event loop. */
  private async transaction<T>(job: (database: Database.Database) => T, mode: Mode = "IMMEDIATE"): Promise<T> {
    const end = performance.now() + BUSY.limit;
    for (;;) {
      try {
        return this.once(job, this.unwritten.size > 0 ? "IMMEDIATE" : mode);
      } catch (error) {
        const busy = codeOf(error)?.startsWith("SQLITE_BUSY") ?? false;
        if (!busy || performance.now() > end) {
          this.close();
          throw guardUnusable(this.place(), error);
        }
      }
      await pause(BUSY.interval);
    }
  }

  private once<T>(job: (database: Database.Database) => T, mode: Mode): T {
    const database = this.opened();
    database.exec(`BEGIN ${mode}`);
    try {
      for (const attempt of this.unwritten.values()) settle(database, attempt);
      const result = job(database);
      database.exec("COMMIT");
      this.unwritten.clear();
      return result;
    } catch (error) {
      // A connection that is merely closed keeps its lock until it is collected; of one that is, libsql ends the process when it is asked.
      if (database.open && database.inTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }

  /** The open file; opened anew when another one lies in its place. */
  private opened(): Database.Database {
    const file = this.file();
    const known = this.connection;
    if (known?.file === file && inodeOf(file) === known.inode) return known.database;
    // What was removed under a process that runs closes the guard all the same, for whoever asks next.
    if (known?.file === file) {
      for (const attempt of closingIn(known.database)) {
        if (!this.begun.has(attempt.id) && !this.unwritten.has(attempt.id)) this.unwritten.set(attempt.id, attempt);
      }
    }
    this.close();
    for (const end of ["", "-journal"]) assertPlainFile(file + end);
    // Private from its first moment on, whatever the umask.
    if (!existsSync(file)) closeSync(openSync(file, "a", 0o600));
    const database = new Database(file, { timeout: 0 } as Database.Options);
    try {
      // A rollback journal, and synced with its folder: a commit here is rare and must be there after a power cut.
      database.pragma("journal_mode = DELETE");
      database.pragma("synchronous = EXTRA");
      database.pragma("secure_delete = ON");
      if (versionOf(database) === 0) {
        database.exec("BEGIN IMMEDIATE");
        if (versionOf(database) === 0) database.exec(SCHEMA);
        database.exec("COMMIT");
      }
      const version = versionOf(database);
      if (version > VERSION) throw new Error(`written by a newer version (${version}); this one knows ${VERSION}`);
    } catch (error) {
      if (database.open && database.inTransaction) database.exec("ROLLBACK");
      database.close();
      throw error;
    }
    this.connection = { file, inode: inodeOf(file), database };
    return database;
  }

  private place(): string {
    try {
      return this.file();
    } catch {
      return process.env[GUARD_VARIABLE] ?? "";
    }
  }
}

/** All that closes the guard for anybody, as refused; none where the record cannot be read any more. */
function closingIn(database: Database.Database): Ended[] {
  const open = "SELECT id, at, salt, pin, code FROM attempts WHERE released_at = 0 AND outcome IN ('open', 'refused')";
  try {
    const names = database.prepare("SELECT token FROM tokens WHERE attempt = ?");
    return (database.prepare(open).all() as Omit<Attempt, "outcome">[]).map((attempt) => ({
      ...attempt,
      outcome: "refused",
      tokens: (names.all(attempt.id) as { token: string }[]).map(({ token }) => token),
    }));
  } catch {
    return [];
  }
}

function refusalOf({ id, at, code, outcome }: Attempt): PinRefusal {
  return { id, at, code, open: outcome === "open" };
}

function versionOf(database: Database.Database): number {
  return (database.pragma("user_version") as { user_version: number }[])[0]?.user_version ?? 0;
}

function inodeOf(file: string): bigint {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino ?? 0n;
}

function insert(database: Database.Database, { id, at, salt, pin, outcome, code, tokens }: Ended): void {
  const columns = "INSERT INTO attempts (id, at, salt, pin, outcome, code) VALUES (?, ?, ?, ?, ?, ?)";
  database.prepare(columns).run(id, at, salt, pin, outcome, code);
  const name = database.prepare("INSERT OR IGNORE INTO tokens (token, attempt) VALUES (?, ?)");
  for (const token of tokens) name.run(token, id);
}

/** Writes an attempt's outcome; the whole of it where the record does not have it and it was refused. */
function settle(database: Database.Database, attempt: Ended): void {
  const { id, outcome, code } = attempt;
  const pin = outcome === "refused" ? attempt.pin : "";
  // Refused after a person released it: that is news which the person did not have.
  const set = `UPDATE attempts SET outcome = ?, code = ?, pin = ?${pin ? ", released_at = 0" : ""} WHERE id = ?`;
  const { changes } = database.prepare(set).run(outcome, code, pin, id);
  if (changes === 0 && outcome === "refused") insert(database, attempt);
}

/** Nothing is kept for ever but what closes the guard. */
function prune(database: Database.Database): void {
  database.exec(`
    DELETE FROM attempts WHERE number <= (SELECT max(number) FROM attempts) - ${KEPT_ATTEMPTS}
      AND (released_at > 0 OR outcome IN ('accepted', 'not-tried'));
    DELETE FROM tokens WHERE attempt NOT IN (SELECT id FROM attempts);
  `);
}

const machine = new MachinePinAttempts();

/** The PIN guard's record of this machine, the same for everybody in this process. */
export function machinePins(): MachinePinAttempts {
  return machine;
}
