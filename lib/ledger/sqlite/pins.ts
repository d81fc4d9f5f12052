import type { PinAttempts, PinRefusal } from "../../signing/types.js";
import type { Value } from "./columns.js";

interface Store {
  write<T>(job: () => T): Promise<T>;
  run(sql: string, ...values: Value[]): { lastInsertRowid: number | bigint };
  get(sql: string, ...values: Value[]): Record<string, unknown> | undefined;
  now(): number;
}

/** Attempts that were refused or never ended, since the PIN was last accepted and nobody has released them. */
const CLOSING = `SELECT id, at, code, outcome FROM pin_attempts
  WHERE token = ? AND pin = ? AND released = '' AND outcome IN ('', 'refused')
    AND id > coalesce((SELECT max(id) FROM pin_attempts WHERE token = ? AND pin = ? AND outcome = 'accepted'), 0)
  ORDER BY id DESC LIMIT 1`;

/**
 * The PIN guard's rows (promises 4). Looking and writing down are one transaction that holds the file's write lock, so
 * two processes cannot both find the guard open. A process killed in its login leaves a row without outcome, which counts
 * as refused.
 */
export function sqlitePins(store: Store): PinAttempts {
  const closing = (token: string, pin: string): PinRefusal | undefined => {
    const row = store.get(CLOSING, token, pin, token, pin);
    return row && { id: Number(row.id), at: Number(row.at), code: String(row.code), open: row.outcome === "" };
  };
  return {
    begin: (token, pin) =>
      store.write(() => {
        const closedBy = closing(token, pin);
        if (closedBy) return { closedBy };
        const sql = "INSERT INTO pin_attempts (token, pin, at) VALUES (?, ?, ?)";
        return { id: Number(store.run(sql, token, pin, store.now()).lastInsertRowid) };
      }),
    end: async (id, outcome, code) => {
      await store.write(() =>
        store.run("UPDATE pin_attempts SET outcome = ?, code = ? WHERE id = ?", outcome, code, id),
      );
    },
    release: async (token, reason) => {
      await store.write(() =>
        store.run("UPDATE pin_attempts SET released = ? WHERE token = ? AND released = ''", reason || "-", token),
      );
    },
  };
}
