import { existsSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { MachinePinAttempts } from "../../lib/signing/guard-store.js";

export interface RecordedAttempt {
  id: string;
  at: number;
  pin: string;
  outcome: "open" | "accepted" | "refused" | "not-tried";
  code: string;
  reason: string;
  /** Names of the token, one a line. */
  tokens: string;
}

const ROWS = `SELECT id, at, pin, outcome, code, reason,
  (SELECT group_concat(token, char(10)) FROM tokens WHERE attempt = id) AS tokens FROM attempts ORDER BY number`;

/** A PIN guard's record in a folder of the test's own, and what is in it. */
export class RecordedPins extends MachinePinAttempts {
  readonly path: string;

  constructor(folder = mkdtempSync(join(process.env.SW_PIN_GUARD as string, "own-")), now?: () => number) {
    const path = join(folder, "pin-guard.db");
    super(() => path, now);
    this.path = path;
  }

  get rows(): RecordedAttempt[] {
    if (!existsSync(this.path)) return [];
    const database = new Database(this.path);
    try {
      return database.prepare(ROWS).all() as RecordedAttempt[];
    } finally {
      database.close();
    }
  }
}
