import { existsSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import Database from "libsql";
import { type Bilingual, ImportClientError, messageOf } from "../../errors.js";
import { makePath } from "../../make-path.js";
import { assertPlainFile } from "../../plain-file.js";
import { saidOf } from "../../system-fault.js";
import type { LedgerFault } from "../types.js";
import { BESIDE, headOf, makePrivate } from "./files.js";
import { MIGRATIONS, SCHEMA_VERSION } from "./schema.js";
import { isDamaged, isFull, isLocked } from "./transactions.js";

const ADVICE: Record<Exclude<LedgerFault, "away">, Bilingual> = {
  missing: {
    zh: "在台账恢复之前不会发送任何单据；请放回台账文件或其备份。",
    en: "Nothing is sent until the ledger is back: put the file or a backup of it in its place.",
  },
  damaged: {
    zh: "在台账恢复之前不会发送任何单据；请放回最近的备份，或在侧栏中确认改用新台账。",
    en: "Nothing is sent until the ledger is sound: put the newest backup in its place, or confirm a new ledger in the sidebar.",
  },
  locked: {
    zh: "单据等待，不会失败；请结束占用台账文件的程序（备份、杀毒、数据库工具）。",
    en: "Documents wait, none fails: end the program that holds the ledger's file (backup, virus scanner, database tool).",
  },
  full: {
    zh: "单据和回执等待，不会失败；请清理台账所在的磁盘或扩大配额，有空间后自动继续。",
    en: "Documents and receipts wait, none fails: make room on the ledger's disk or raise the quota, and work goes on by itself.",
  },
  unusable: {
    zh: "在台账恢复之前不会发送任何单据；请检查磁盘空间、权限，并确认台账不在网络共享上。",
    en: "Nothing is sent until the ledger is sound: check disk space and permissions, and keep it off network shares.",
  },
};

/** The ledger cannot be opened, read or written: SW-LEDGER, with what that means for sending. */
export function ledgerError(
  zh: string,
  en: string,
  cause?: unknown,
  why: keyof typeof ADVICE = "unusable",
): ImportClientError {
  return new ImportClientError("SW-LEDGER", { zh, en }, { cause, advice: ADVICE[why], details: { reason: why } });
}

/** Whatever SQLite or the file system said, as SW-LEDGER; our own errors stay as they are. */
export function asLedgerError(error: unknown): ImportClientError {
  if (error instanceof ImportClientError) return error;
  const said = messageOf(error);
  const why = saidOf(error);
  if (isLocked(error))
    return ledgerError("台账被其他程序占用", `the ledger is locked by another program: ${said}`, error, "locked");
  if (isDamaged(error)) return ledgerError(`台账已损坏：${said}`, `the ledger is damaged: ${said}`, error, "damaged");
  if (isFull(error))
    return ledgerError("台账无法写入：磁盘已满", `the ledger cannot be written: ${said}`, error, "full");
  return ledgerError(`台账无法读写：${why.zh}`, `the ledger cannot be read or written: ${why.en}`, error);
}

/**
 * Opens the file, asserts what durability rests on (promises 3), and brings the schema up to date. `create`: a file that is
 * missing or empty is made; else it is a fault, for SQLite would take it for a new one. `marks`: see `dropStrayLog`. Throws
 * SW-LEDGER.
 */
export function openDatabase(file: string, create: boolean, marks: readonly number[] = []): Database.Database {
  let database: Database.Database | undefined;
  try {
    if (create) makePath(dirname(file));
    else assertThere(file);
    for (const end of ["", ...BESIDE]) assertPlainFile(file + end, "SW-LEDGER");
    assertWhole(file);
    dropStrayLog(file, marks);
    makePrivate(file);
    database = new Database(file);
    // Whoever has it locked is waited for without blocking the event loop, see `CommitQueue`.
    database.exec("PRAGMA busy_timeout = 0");
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
    migrate(database, file);
    // SQLite makes the files beside it with the first transaction.
    database.exec("BEGIN IMMEDIATE; COMMIT");
    return database;
  } catch (cause) {
    database?.close();
    if (cause instanceof ImportClientError) throw cause;
    const { text, advice, details } = asLedgerError(cause);
    throw new ImportClientError(
      "SW-LEDGER",
      { zh: `${text.zh}（${file}）`, en: `${text.en} (${file})` },
      { cause, advice, details },
    );
  }
}

function migrate(database: Database.Database, file: string): void {
  const version = (database.pragma("user_version") as { user_version: number }[])[0]?.user_version ?? 0;
  if (version > SCHEMA_VERSION) {
    throw ledgerError(
      `台账 ${file} 由更新版本的程序写成（版本 ${version}），本程序只认识 ${SCHEMA_VERSION}`,
      `the ledger ${file} was written by a newer version (${version}); this one knows ${SCHEMA_VERSION}`,
    );
  }
  if (version === SCHEMA_VERSION) return;
  // All steps or none, and one sync of the disk.
  const steps = MIGRATIONS.slice(version, SCHEMA_VERSION).join(";");
  database.exec(`BEGIN IMMEDIATE; ${steps}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
}

function assertThere(file: string): void {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0) return;
  const empty = existsSync(file);
  throw ledgerError(
    `台账 ${file} ${empty ? "是空文件" : "不存在"}`,
    `the ledger ${file} is ${empty ? "empty" : "missing"}`,
    undefined,
    "missing",
  );
}

/** A file that was cut off opens, and is found out only page by page: its head says how long it must be. */
function assertWhole(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return;
  const { isDatabase, length } = headOf(file);
  if (isDatabase && size >= length) return;
  throw ledgerError(
    `台账 ${file} 已损坏：文件不完整`,
    `the ledger ${file} is damaged: ${isDatabase ? "a part of the file is missing" : "it is no database"}`,
    undefined,
    "damaged",
  );
}

/**
 * A file that was put here while the log of the one before still lies beside it: SQLite would mix the two. `marks` are those that the
 * file may bear; without any nothing is known.
 */
function dropStrayLog(file: string, marks: readonly number[]): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0 || marks.length === 0 || marks.includes(headOf(file).mark)) return;
  for (const end of BESIDE) if (existsSync(file + end)) renameSync(file + end, `${file}.stray${end}`);
}
