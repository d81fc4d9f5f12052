import { scrypt } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { codeOf, ImportClientError } from "../errors.js";
import { pinBlocked } from "./faults.js";
import type { PinAttempts, PinRefusal } from "./types.js";

/**
 * Another process on the same ledger may be logging in with this PIN right now: its attempt is waited for as long as it is
 * this young, in milliseconds. An older one belongs to a process that hangs or died.
 */
const UNDER_WAY = { age: 5_000, look: 50 };

/** Bytes of the fingerprint that is kept, see `pinFingerprint`. */
const FINGERPRINT_BYTES = 2;

/**
 * What is kept of a PIN: scrypt over it with the token's id as salt, cut to 16 bits. A PIN has few digits, so a longer
 * one would let whoever reads the ledger find the PIN by trying them all; 16 bits leave too many PINs that fit. The
 * price: one changed PIN in 65,536 looks unchanged, and a person has to release the guard.
 */
export function pinFingerprint(token: string, pin: string): Promise<string> {
  return new Promise((resolve, reject) => {
    scrypt(pin.normalize("NFC"), `single-window pin guard\0${token}`, FINGERPRINT_BYTES, { N: 16384 }, (error, key) => {
      if (error) reject(error);
      else resolve(key.toString("hex"));
    });
  });
}

/** What a login did with the PIN, told by the error that it ends in. */
const notTried = new WeakSet<object>();

/** Marks an error as certainly raised before the PIN reached the token. Everything else counts as a try. */
export function markNotTried<E extends object>(error: E): E {
  notTried.add(error);
  return error;
}

/** One login at a time for each token in this process, whichever flow or backend asks. */
const turns = new Map<string, Promise<unknown>>();

async function inTurn<T>(token: string, work: () => Promise<T>): Promise<T> {
  const before = turns.get(token) ?? Promise.resolve();
  const mine = before.then(work, work);
  const quiet = mine.catch(() => undefined);
  turns.set(token, quiet);
  try {
    return await mine;
  } finally {
    if (turns.get(token) === quiet) turns.delete(token);
  }
}

/**
 * The durable breaker of promises 4. It lets a PIN at a token only while no earlier try of that PIN on that token was
 * refused or left open, and writes each try down before it is made.
 */
export class PinGuard {
  private readonly fingerprints = new Map<string, Promise<string>>();

  constructor(
    private readonly attempts: PinAttempts,
    private readonly pin: string,
  ) {}

  private fingerprint(token: string): Promise<string> {
    let known = this.fingerprints.get(token);
    if (!known) {
      known = pinFingerprint(token, this.pin);
      this.fingerprints.set(token, known);
    }
    return known;
  }

  /**
   * Runs one login. The attempt is committed before `login` starts and its result after; an error that is not marked
   * by `markNotTried` closes the guard. Rejects with SW-PIN-BLOCKED, or with what `login` rejected with.
   */
  login(token: string, login: () => Promise<void>): Promise<void> {
    return inTurn(token, async () => {
      const id = await this.begin(token);
      try {
        await login();
      } catch (error) {
        const tried = !(typeof error === "object" && error !== null && notTried.has(error));
        await this.attempts.end(id, tried ? "refused" : "not-tried", innerCode(error));
        throw error;
      }
      await this.attempts.end(id, "accepted", "");
    });
  }

  /** Closes the guard without a try: a signature was refused for its PIN. */
  async close(token: string, code: string): Promise<void> {
    const attempt = await this.attempts.begin(token, await this.fingerprint(token));
    if ("id" in attempt) await this.attempts.end(attempt.id, "refused", code);
  }

  /** Id of the attempt that may be made now. Rejects with SW-PIN-BLOCKED while the guard is closed. */
  private async begin(token: string): Promise<number> {
    const pin = await this.fingerprint(token);
    for (let looks = 0; ; looks++) {
      const attempt = await this.attempts.begin(token, pin);
      if ("id" in attempt) return attempt.id;
      const { closedBy } = attempt;
      const young = Date.now() - closedBy.at < UNDER_WAY.age && looks * UNDER_WAY.look < UNDER_WAY.age;
      if (!closedBy.open || !young) throw blockedBy(closedBy);
      await pause(UNDER_WAY.look);
    }
  }

  async release(token: string, reason: string): Promise<void> {
    await this.attempts.release(token, reason);
  }
}

function blockedBy({ code, at }: PinRefusal): ImportClientError {
  return pinBlocked(
    code,
    {
      zh: `此卡密码曾被拒绝（${code || "结果未知"}），为避免锁卡已停止使用`,
      en: `this PIN was refused by this card before (${code || "outcome unknown"}); it is not tried again, so that the card cannot lock`,
    },
    { at },
  );
}

function innerCode(error: unknown): string {
  if (error instanceof ImportClientError && typeof error.details.inner === "string") return error.details.inner;
  return codeOf(error) ?? "UNKNOWN";
}

/** Attempts kept in memory: for tests and for callers without a ledger. Not durable. */
export class MemoryPinAttempts implements PinAttempts {
  readonly rows: {
    id: number;
    at: number;
    token: string;
    pin: string;
    outcome: "open" | "accepted" | "refused" | "not-tried";
    code: string;
    released: boolean;
  }[] = [];

  async begin(token: string, pin: string): Promise<{ id: number } | { closedBy: PinRefusal }> {
    const row = this.rows.findLast(
      ({ token: t, pin: p, outcome, released }) =>
        t === token && p === pin && !released && (outcome === "open" || outcome === "refused"),
    );
    if (row) return { closedBy: { id: row.id, at: row.at, code: row.code, open: row.outcome === "open" } };
    const id = this.rows.length + 1;
    this.rows.push({ id, at: Date.now(), token, pin, outcome: "open", code: "", released: false });
    return { id };
  }

  async end(id: number, outcome: "accepted" | "refused" | "not-tried", code: string): Promise<void> {
    const row = this.rows.find((candidate) => candidate.id === id);
    if (row) Object.assign(row, { outcome, code });
  }

  async release(token: string, _reason: string): Promise<void> {
    for (const row of this.rows) if (row.token === token) row.released = true;
  }
}
