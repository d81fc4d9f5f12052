import { workerData } from "node:worker_threads";
import Database from "libsql";
import { serveThread } from "../../thread.js";
import type { Question } from "./reader.js";
import { countDocuments, findDocuments, type Read, type Stored } from "./search.js";

/** The reading thread of `reader.ts`: one question at a time, on a connection of its own. */
const database = new Database(String((workerData as { file: string }).file), { readonly: true } as Database.Options);
database.exec("PRAGMA busy_timeout = 5000; PRAGMA query_only = ON");

const read: Read = (sql, values) => database.prepare(sql).all(...values) as Stored[];

serveThread(({ query, count }: Question) => (count ? countDocuments(query, read) : findDocuments(query, read)));
