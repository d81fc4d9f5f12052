import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import Database from "libsql";
import { ImportClientError, messageOf } from "../../errors.js";
import { MIGRATIONS, SCHEMA_VERSION } from "./schema.js";

/** The ledger cannot be opened or written: SW-LEDGER, with what that means for sending. */
export function ledgerError(zh: string, en: string, cause?: unknown): ImportClientError {
  return new ImportClientError(
    "SW-LEDGER",
    { zh, en },
    {
      cause,
      advice: {
        zh: "在台账恢复之前不会发送任何单据；请检查磁盘空间、权限，并确认台账不在网络共享上。",
        en: "Nothing is sent until the ledger is sound: check disk space and permissions, and keep it off network shares.",
      },
    },
  );
}

/**
 * For its owner alone from the start: SQLite makes the files beside it with the same mode, and keeps those that are there. A
 * file that is there is never opened here: closing it would take away every lock that this process has on it (POSIX), those of
 * a connection too that was closed before and lives until it is collected. Whoever looks at the ledger then, a backup say,
 * is taken for the last to close it, and SQLite removes the log with all that we commit from then on.
 */
function makePrivate(file: string): void {
  if (!existsSync(file)) closeSync(openSync(file, "a", 0o600));
  for (const path of [file, `${file}-wal`, `${file}-shm`]) if (existsSync(path)) chmodSync(path, 0o600);
}

/** Opens the file, asserts what durability rests on (promises 3), and brings the schema up to date. */
export function openDatabase(file: string): Database.Database {
  let database: Database.Database;
  try {
    mkdirSync(dirname(file), { recursive: true });
    makePrivate(file);
    database = new Database(file, { timeout: 5000 } as Database.Options);
  } catch (cause) {
    throw ledgerError(`台账 ${file} 无法打开`, `the ledger ${file} cannot be opened: ${messageOf(cause)}`, cause);
  }
  try {
    database.exec("PRAGMA busy_timeout = 5000");
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = FULL");
    const journal = (database.pragma("journal_mode") as { journal_mode: string }[])[0]?.journal_mode;
    const synchronous = (database.pragma("synchronous") as { synchronous: number }[])[0]?.synchronous;
    if (journal !== "wal" || synchronous !== 2) {
      throw ledgerError(
        `台账 ${file} 无法以 WAL + FULL 方式打开`,
        `the ledger ${file} does not open with journal_mode=WAL and synchronous=FULL (${journal}, ${synchronous})`,
      );
    }
    const version = (database.pragma("user_version") as { user_version: number }[])[0]?.user_version ?? 0;
    if (version > SCHEMA_VERSION) {
      throw ledgerError(
        `台账 ${file} 由更新版本的程序写成（版本 ${version}），本程序只认识 ${SCHEMA_VERSION}`,
        `the ledger ${file} was written by a newer version (${version}); this one knows ${SCHEMA_VERSION}`,
      );
    }
    for (let step = version; step < SCHEMA_VERSION; step++) {
      database.exec(`BEGIN IMMEDIATE; ${MIGRATIONS[step]}; PRAGMA user_version = ${step + 1}; COMMIT`);
    }
    return database;
  } catch (cause) {
    database.close();
    if (cause instanceof ImportClientError) throw cause;
    throw ledgerError(
      `台账 ${file} 已损坏或被占用`,
      `the ledger ${file} is damaged or locked: ${messageOf(cause)}`,
      cause,
    );
  }
}
