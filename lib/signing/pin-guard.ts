import { scrypt } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { codeOf, ImportClientError } from "../errors.js";
import { KeyedLock } from "../keyed-lock.js";
import { pinBlocked } from "./faults.js";
import { UNDER_WAY } from "./pin-record.js";
import type { PinAttempts, PinRefusal, PinTry } from "./types.js";

/** Milliseconds between two looks at an attempt that another process may be making. */
const ASK_AGAIN = 50;

/** Bytes of the fingerprint that is kept, see `pinFingerprint`. */
const FINGERPRINT_BYTES = 2;

/**
 * What is kept of a PIN: scrypt over it with the token's id as salt, cut to 16 bits. A PIN has few digits, so a longer
 * one would let whoever reads the record find the PIN by trying them all. 16 bits leave some fifteen PINs of six digits that fit, and 1,500 of
 * eight: few enough that a record which others may read needs a secret in the salt as well (`SharedPinAttempts.useSecret`); the machine's own is
 * in a private file. The price: one changed PIN in 65,536 looks unchanged, and a person has to release the guard.
 */
export function pinFingerprint(token: string, pin: string): Promise<string> {
  return new Promise((resolve, reject) => {
    scrypt(pin.normalize("NFC"), `single-window pin guard\0${token}`, FINGERPRINT_BYTES, { N: 16384 }, (error, key) => {
      if (error) reject(error);
      else resolve(key.toString("hex"));
    });
  });
}

/** What a login did with the PIN, known by the error that it ends in. */
const notTried = new WeakSet<object>();

/** Marks an error as certainly raised before the PIN reached the token. Everything else counts as a try. */
export function markNotTried<E extends object>(error: E): E {
  notTried.add(error);
  return error;
}

/** One login at a time for each token in this process, whichever flow or backend asks. */
const logins = new KeyedLock();

/**
 * The durable breaker of promises 4. It lets a PIN at a token only while no earlier try of that PIN on that token was
 * refused or left open, and writes each try down before it is made. Tokens are given by all their names, see `PinTry`.
 */
export class PinGuard {
  private readonly fingerprints = new Map<string, Promise<string>>();

  constructor(
    private readonly attempts: PinAttempts,
    private readonly pin: string,
  ) {}

  /**
   * Runs one login. The attempt is committed before `login` starts and its result after; an error that is not marked
   * by `markNotTried` closes the guard. Rejects with SW-PIN-BLOCKED, SW-PIN-GUARD, or with what `login` rejected with.
   */
  login(tokens: readonly string[], login: () => Promise<void>): Promise<void> {
    return logins.run(tokens[0] ?? "", async () => {
      const id = await this.begin(tokens);
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

  /**
   * Runs a request that carries the PIN, which the token has taken before, as every one to a card control does. Of all that reach the token one
   * is under way at a time, so that a PIN that was changed on the card is refused once and not once for each of them. Rejects with
   * SW-PIN-BLOCKED when it was refused in the meantime, with SW-PIN-GUARD, or with what the request rejected with.
   */
  again<T>(tokens: readonly string[], request: () => Promise<T>): Promise<T> {
    return logins.run(tokens[0] ?? "", async () => {
      const end = await this.attempts.turn?.(tokens);
      try {
        await this.assertOpen(tokens);
        return await request();
      } finally {
        await end?.();
      }
    });
  }

  /** Closes the guard without a try: a signature was refused for its PIN. */
  async close(tokens: readonly string[], code: string): Promise<void> {
    await this.attempts.refuse(this.tryAt(tokens), code);
  }

  /** Rejects with SW-PIN-BLOCKED when the PIN was refused by this token in the meantime, whoever sent it. */
  async assertOpen(tokens: readonly string[]): Promise<void> {
    const refusal = await this.attempts.refusal(this.tryAt(tokens));
    if (refusal) throw blockedBy(refusal);
  }

  async release(tokens: readonly string[], reason: string): Promise<void> {
    await this.attempts.release(tokens, reason);
  }

  /** Id of the attempt that may be made now. Rejects with SW-PIN-BLOCKED while the guard is closed. */
  private async begin(tokens: readonly string[]): Promise<string> {
    const wanted = this.tryAt(tokens);
    const end = performance.now() + UNDER_WAY;
    for (;;) {
      const attempt = await this.attempts.begin(wanted);
      if ("id" in attempt) return attempt.id;
      const { closedBy } = attempt;
      // Another process may be logging in with this PIN right now. An older attempt is of a process that hangs or died.
      const young = Date.now() - closedBy.at < UNDER_WAY && performance.now() < end;
      if (!closedBy.open || !young) throw blockedBy(closedBy);
      await pause(ASK_AGAIN);
    }
  }

  private tryAt(tokens: readonly string[]): PinTry {
    return { tokens, fingerprint: (salt) => this.fingerprint(salt) };
  }

  private fingerprint(salt: string): Promise<string> {
    let known = this.fingerprints.get(salt);
    if (!known) {
      known = pinFingerprint(salt, this.pin);
      this.fingerprints.set(salt, known);
    }
    return known;
  }
}

function blockedBy({ code, at }: PinRefusal): ImportClientError {
  return pinBlocked(
    code,
    {
      zh: `此卡的 PIN 曾被拒绝（${code || "结果未知"}），为避免锁卡已停止使用`,
      en: `this PIN was refused by this card before (${code || "outcome unknown"}); it is not tried again, so that the card cannot lock`,
    },
    { at },
  );
}

function innerCode(error: unknown): string {
  if (error instanceof ImportClientError && error.details.inner !== undefined) return error.details.inner;
  return codeOf(error) ?? "UNKNOWN";
}
