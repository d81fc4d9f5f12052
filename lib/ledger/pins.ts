import type { PinAttempts } from "../signing/types.js";
import type { Value } from "./columns.js";

interface Store {
  write<T>(job: () => T): Promise<T>;
  run(sql: string, ...values: Value[]): { lastInsertRowid: number | bigint };
  get(sql: string, ...values: Value[]): Record<string, unknown> | undefined;
  now(): number;
}

/**
 * The PIN guard's rows (promises 4). An attempt is committed before the login, so a process killed in between leaves a
 * row without outcome, which counts as refused.
 */
export function sqlitePins(store: Store): PinAttempts {
  return {
    begin: (token, pin) =>
      store.write(() => {
        const sql = "INSERT INTO pin_attempts (token, pin, at) VALUES (?, ?, ?)";
        return Number(store.run(sql, token, pin, store.now()).lastInsertRowid);
      }),
    end: async (id, outcome, code) => {
      await store.write(() =>
        store.run("UPDATE pin_attempts SET outcome = ?, code = ? WHERE id = ?", outcome, code, id),
      );
    },
    closedBy: async (token, pin) => {
      const row = store.get(
        `SELECT id, at, code FROM pin_attempts
          WHERE token = ? AND pin = ? AND released = '' AND outcome IN ('', 'refused')
            AND id > coalesce((SELECT max(id) FROM pin_attempts WHERE token = ? AND pin = ? AND outcome = 'accepted'), 0)
          ORDER BY id DESC LIMIT 1`,
        token,
        pin,
        token,
        pin,
      );
      return row && { id: Number(row.id), at: Number(row.at), code: String(row.code) };
    },
    release: async (token, reason) => {
      await store.write(() =>
        store.run("UPDATE pin_attempts SET released = ? WHERE token = ? AND released = ''", reason || "-", token),
      );
    },
  };
}
