import { workerData } from "node:worker_threads";
import Database from "libsql";
import { serveThread } from "../../thread.js";
import { countDocuments, findDocuments } from "../sql/search.js";
import type { Question } from "../sql/store.js";
import { perform, type Stored } from "../sql/work.js";
import { SQLITE } from "./dialect.js";

/** The reading thread of `reader.ts`: one question at a time, on a connection of its own. */
const database = new Database(String((workerData as { file: string }).file), { readonly: true } as Database.Options);
database.exec("PRAGMA busy_timeout = 5000; PRAGMA query_only = ON");

serveThread(({ query, count }: Question): Stored[] =>
  perform(
    (count ? countDocuments : findDocuments)(query, SQLITE),
    ({ sql, values }) => database.prepare(sql).all(...values) as Stored[],
  ),
);
