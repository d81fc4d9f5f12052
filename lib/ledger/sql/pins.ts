import { createHash, createHmac, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { sharedGuardUnusable } from "../../signing/faults.js";
import { compared, KEPT_ATTEMPTS, type Looked, samePin, UNDER_WAY } from "../../signing/pin-record.js";
import type { PinOutcome, PinRefusal, PinTry, SharedPinAttempts } from "../../signing/types.js";
import type { SharedStore, Store } from "./store.js";
import { all, run, type Stored, type Value, type Work } from "./work.js";

/** Milliseconds between two looks at a token that another instance asks just now. */
const ASK_AGAIN = 100;

/** Milliseconds until an outcome that could not be written is written again. */
const AGAIN = 2_000;

/** An attempt as it is to be kept. */
interface Kept {
  id: string;
  salt: string;
  pin: string;
  /** Which secret the fingerprint was made with (`nameOfSecret`). */
  secret: string;
  /** `open`: a login that has not ended; `turn`: a request with a PIN that the token had taken, which closes nothing. */
  outcome: "open" | "turn" | PinOutcome;
  code: string;
  tokens: readonly string[];
}

/** One that closes the guard; `age` in milliseconds, by the database's clock. */
interface Closing extends Pick<Kept, "id" | "salt" | "pin" | "secret" | "outcome" | "code"> {
  age: number;
}

/**
 * PIN attempts in a ledger that several machines share (several machines, line 13): a PIN that a token has refused at one instance is tried by
 * none of them. Looking and writing down are one transaction, of which there is one at a time; the open attempt is the lease of the token for
 * as long as a login may take: whatever PIN another instance has, it waits. Nothing is written by an instance that was taken over.
 *
 * Fingerprints are made with a secret that is not in the database (`useSecret`): whoever reads that, or a backup of it, or what it has
 * written ahead, cannot find a PIN by trying them all. What was made with another secret cannot be compared, and closes the guard for every PIN.
 */
export class SqlPins implements SharedPinAttempts {
  private readonly begun = new Map<string, Kept>();
  /** Outcomes that could not be written yet. */
  private readonly unwritten = new Map<string, Kept>();
  private writing = false;
  private closed = false;
  private secret: () => Promise<string> = async () => {
    throw new Error("no secret");
  };

  constructor(
    private readonly store: Store,
    private readonly shared: SharedStore,
  ) {}

  useSecret(secret: () => Promise<string>): void {
    this.secret = secret;
  }

  async begin(wanted: PinTry): Promise<{ id: string } | { closedBy: PinRefusal }> {
    return this.usable(async () => {
      const secret = await this.secret();
      const attempt = await keptOf(wanted, secret, "open", "");
      const closedBy = await compared(wanted, (mine) =>
        this.store.write(() =>
          this.looking(wanted.tokens, secret, mine, function* (same, every): Work<Closing | undefined> {
            // A login with another PIN: the token is asked by one at a time.
            const first = same.find(({ outcome }) => outcome !== "turn") ?? every.find(isUnderWay);
            if (!first) yield* entering(attempt);
            return first;
          }),
        ),
      );
      if (closedBy) return { closedBy: refusalOf(closedBy) };
      this.begun.set(attempt.id, attempt);
      return { id: attempt.id };
    });
  }

  async refusal(wanted: PinTry): Promise<PinRefusal | undefined> {
    return this.usable(async () => {
      const secret = await this.secret();
      const found = await compared(wanted, (mine) =>
        this.store.read(() =>
          this.looking(wanted.tokens, secret, mine, function* (same): Work<Closing | undefined> {
            return same.find(({ outcome }) => outcome === "refused");
          }),
        ),
      );
      return found && refusalOf(found);
    });
  }

  async turn(tokens: readonly string[]): Promise<() => Promise<void>> {
    const [salt = ""] = tokens;
    const turn: Kept = { id: randomUUID(), salt, pin: "", secret: "", outcome: "turn", code: "", tokens };
    const taking = () =>
      this.store.write(function* (): Work<boolean> {
        if ((yield* closing(tokens)).some(isUnderWay)) return false;
        yield* entering(turn);
        return true;
      });
    while (!(await this.usable(taking))) await pause(ASK_AGAIN);
    const ending = () =>
      this.store.write(function* (): Work<void> {
        yield run("DELETE FROM pin_attempts WHERE id = ?", turn.id);
      });
    // Where that cannot be written it ends by its age.
    return () => ending().catch(() => undefined);
  }

  async end(id: string, outcome: PinOutcome, code: string): Promise<void> {
    const attempt = this.begun.get(id);
    if (!attempt) return;
    this.begun.delete(id);
    this.unwritten.set(id, { ...attempt, outcome, code });
    await this.writeEnded();
  }

  async refuse(wanted: PinTry, code: string): Promise<void> {
    // A share that is away: closed for every PIN then.
    const secret = await this.secret().catch(() => undefined);
    const attempt = await keptOf(wanted, secret, "refused", code);
    this.unwritten.set(attempt.id, attempt);
    await this.writeEnded();
  }

  async release(tokens: readonly string[], reason: string): Promise<void> {
    await this.usable(() =>
      this.store.write(function* (): Work<void> {
        for (const { id, outcome, age } of yield* closing(tokens)) {
          if (outcome === "turn" || (outcome === "open" && age < UNDER_WAY)) continue;
          yield run("UPDATE pin_attempts SET released = 1, reason = ?, pin = '' WHERE id = ?", reason, id);
        }
      }),
    );
  }

  /** Nothing is written again any more. */
  close(): void {
    this.closed = true;
  }

  private *looking<T>(
    tokens: readonly string[],
    secret: string,
    mine: ReadonlyMap<string, string>,
    job: (same: readonly Closing[], every: readonly Closing[]) => Work<T>,
  ): Work<Looked<T>> {
    const attempts = (yield* closing(tokens)).map((attempt) => ({ ...attempt, ...comparable(attempt, secret) }));
    const same = samePin(attempts, mine);
    return "unknown" in same ? same : { result: yield* job(same.result, attempts) };
  }

  /** Writes what has ended; resolves after the first try, and goes on with what is left of it as long as it takes. */
  private async writeEnded(): Promise<void> {
    if (await this.writtenNow()) return;
    if (this.writing) return;
    this.writing = true;
    void (async () => {
      do await pause(AGAIN, undefined, { ref: false });
      while (!this.closed && !(await this.writtenNow()));
      this.writing = false;
    })();
  }

  private async writtenNow(): Promise<boolean> {
    const ended = [...this.unwritten.values()];
    try {
      await this.store.write(function* (): Work<void> {
        for (const attempt of ended) yield* ending(attempt);
        yield* pruning();
      });
    } catch {
      return false;
    }
    for (const attempt of ended) if (this.unwritten.get(attempt.id) === attempt) this.unwritten.delete(attempt.id);
    return this.unwritten.size === 0;
  }

  /** Where the record cannot be read and written no PIN is sent. */
  private async usable<T>(work: () => Promise<T>): Promise<T> {
    try {
      // Nobody is let in who is not one of those that share it.
      if (!this.shared.instance) throw new Error("no instance");
      return await work();
    } catch (error) {
      throw sharedGuardUnusable(error);
    }
  }
}

/** Is a PIN on its way to the token at this moment? */
const isUnderWay = ({ outcome, age }: Closing) => (outcome === "open" || outcome === "turn") && age < UNDER_WAY;

function refusalOf({ id, age, code, outcome }: Closing): PinRefusal {
  return { id, at: Date.now() - age, code, open: outcome !== "refused" };
}

/** Attempts that close the guard of any of these tokens, and requests under way, newest first. */
function* closing(tokens: readonly string[]): Work<Closing[]> {
  const rows = yield all(
    `SELECT id, salt, pin, secret, outcome, code, (extract(epoch FROM clock_timestamp() - at) * 1000)::bigint AS age FROM pin_attempts
      WHERE released = 0 AND outcome IN ('open', 'turn', 'refused')
        AND id IN (SELECT attempt FROM pin_tokens WHERE token IN (${tokens.map(() => "?").join(", ")}))
      ORDER BY number DESC`,
    ...tokens,
  );
  return rows.map((row) => ({ ...row, age: Number(row.age) }) as unknown as Closing);
}

/** By which a secret is known, and which tells nothing of it. */
const nameOfSecret = (secret: string) => createHash("sha256").update(`name\0${secret}`).digest("hex").slice(0, 16);

/** With what a PIN at a token is salted; whoever does not have the secret knows nothing of a fingerprint made with it. */
const saltWith = (secret: string, token: string) => createHmac("sha256", secret).update(token).digest("hex");

/** With which salt an attempt's fingerprint is compared; with none, for every PIN is the same, where it was made with another secret. */
function comparable({ salt, pin, secret: name }: Pick<Kept, "salt" | "pin" | "secret">, secret: string) {
  return name === nameOfSecret(secret) ? { salt: saltWith(secret, salt), pin } : { salt: "", pin: "" };
}

async function keptOf(
  { tokens, fingerprint }: PinTry,
  secret: string | undefined,
  outcome: "open" | "refused",
  code: string,
): Promise<Kept> {
  const salt = tokens[0] ?? "";
  const made =
    secret === undefined
      ? { pin: "", secret: "" }
      : { pin: await fingerprint(saltWith(secret, salt)), secret: nameOfSecret(secret) };
  return { id: randomUUID(), salt, ...made, outcome, code, tokens };
}

/** A refused PIN as it stands in a shared ledger, for another record to be told of it. */
export interface StandingPin {
  tokens: readonly string[];
  /** Fingerprint of the PIN, and what it is salted with; empty where it cannot be compared. */
  pin: string;
  salt: string;
  code: string;
}

/** The attempts that close the guard in a ledger that several machines share; none of any other ledger. */
export async function standingPins(store: Store, secretOf: () => Promise<string>): Promise<StandingPin[]> {
  if (!store.shared) return [];
  const rows = await store.read(function* (): Work<Stored[]> {
    return yield all(
      `SELECT id, salt, pin, secret, code, token FROM pin_attempts JOIN pin_tokens ON attempt = id
        WHERE released = 0 AND outcome IN ('open', 'refused') ORDER BY number, token`,
    );
  });
  if (rows.length === 0) return [];
  const mine = await secretOf();
  const standing = new Map<string, StandingPin>();
  for (const { id = "", salt = "", pin = "", secret = "", code = "", token = "" } of rows as Record<string, string>[]) {
    const known = standing.get(id) ?? { tokens: [salt], ...comparable({ salt, pin, secret }, mine), code };
    if (token !== salt) known.tokens = [...known.tokens, token];
    standing.set(id, known);
  }
  return [...standing.values()];
}

function* entering({ id, salt, pin, secret, outcome, code, tokens }: Kept): Work<void> {
  const values: Value[] = [id, salt, pin, secret, outcome, code];
  yield run("INSERT INTO pin_attempts (id, salt, pin, secret, outcome, code) VALUES (?, ?, ?, ?, ?, ?)", ...values);
  for (const token of tokens) {
    yield run("INSERT INTO pin_tokens (token, attempt) VALUES (?, ?) ON CONFLICT DO NOTHING", token, id);
  }
}

/** An attempt's outcome; the whole of it where the record does not have it and it was refused. */
function* ending(attempt: Kept): Work<void> {
  const { id, outcome, code } = attempt;
  const pin = outcome === "refused" ? attempt.pin : "";
  // Refused after a person released it: that is news which the person did not have.
  const again = outcome === "refused" ? ", released = 0" : "";
  const sql = `UPDATE pin_attempts SET outcome = ?, code = ?, pin = ?${again} WHERE id = ? RETURNING id`;
  const changed = yield all(sql, outcome, code, pin, id);
  if (changed.length === 0 && outcome === "refused") yield* entering(attempt);
}

/** Nothing is kept for ever but what closes the guard. */
function* pruning(): Work<void> {
  yield run(
    `DELETE FROM pin_attempts WHERE number <= (SELECT max(number) FROM pin_attempts) - ?
      AND (released = 1 OR outcome IN ('turn', 'accepted', 'not-tried'))`,
    KEPT_ATTEMPTS,
  );
}
