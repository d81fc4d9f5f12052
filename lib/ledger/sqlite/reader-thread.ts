import { parentPort, workerData } from "node:worker_threads";
import Database from "libsql";
import { messageOf } from "../../errors.js";
import type { Question } from "./reader.js";
import { findDocuments } from "./search.js";

/** The reading thread of `reader.ts`: one question at a time, on a connection of its own. */
const database = new Database(String((workerData as { file: string }).file), { readonly: true } as Database.Options);
database.exec("PRAGMA busy_timeout = 5000; PRAGMA query_only = ON");

parentPort?.on("message", ({ id, query }: Question) => {
  try {
    const rows = findDocuments(
      query,
      (sql, values) => database.prepare(sql).all(...values) as Record<string, unknown>[],
    );
    parentPort?.postMessage({ id, rows });
  } catch (error) {
    parentPort?.postMessage({ id, failed: messageOf(error) });
  }
});
