import type { ImportClientError } from "../../errors.js";
import { PLACE } from "../sql/store.js";
import type { Statement, Stored } from "../sql/work.js";
import { numbered, restored, restoredJson, stored } from "./dialect.js";
import { ledgerError } from "./faults.js";
import { type Client, pg, type Result } from "./library.js";
import { type PostgresPlace, tlsOptions } from "./place.js";
import { LAST_MADE, MIGRATIONS, SCHEMA_VERSION } from "./schema.js";

/** Milliseconds until a server that does not answer is given up: for a connection, for one statement. */
const PATIENCE = { connection: 5_000, statement: 20_000 };

/** The oldest server that has what is used (`pg_current_xact_id`). */
const OLDEST = 130_000;

/**
 * Set on each connection. A process that freezes in the middle of a transaction gives the others way after five seconds; a lock is waited
 * for that long and twice.
 */
const SETTINGS = {
  idle_in_transaction_session_timeout: "5s",
  lock_timeout: "15s",
  statement_timeout: "18s",
  default_transaction_isolation: "read committed",
  standard_conforming_strings: "on",
} as const;

/** Types by their numbers in PostgreSQL: what is text comes back as it was, what counts is a number. */
const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  20: Number,
  21: Number,
  23: Number,
  25: restored,
  114: restoredJson,
};

/** How many statements a connection keeps planned. Conditions differ in a bounded number of ways, update columns do not. */
const PLANNED = 300;

/** One connection to the ledger's database. */
export class Session {
  private readonly planned = new Map<string, { name: string; text: string }>();
  private lost = false;

  constructor(private readonly client: Client) {
    const lost = () => {
      this.lost = true;
    };
    // Whoever waits for an answer hears of it by that one.
    client.on("error", lost);
    client.on("end", lost);
  }

  get isLost(): boolean {
    return this.lost;
  }

  /** Statements may be asked without waiting for the answers of those before; they are answered in order. */
  async ask(sql: string, ...values: readonly unknown[]): Promise<Result> {
    this.together();
    return this.client.query({ text: sql, values });
  }

  /** A statement of the ledger; planned once for as long as the connection lives. */
  async run({ sql, values }: Statement): Promise<Stored[]> {
    this.together();
    const { rows } = await this.client.query({
      ...this.plan(sql),
      values: values.map((value) => (typeof value === "string" ? stored(value) : value)),
    });
    return rows;
  }

  async close(): Promise<void> {
    const wait = new Promise<void>((resolve) => {
      setTimeout(resolve, 1_000).unref();
    });
    await Promise.race([this.client.end().catch(() => undefined), wait]);
    this.destroy();
  }

  /** Ends it at once, whatever is under way: the server undoes what is not committed. */
  destroy(): void {
    this.lost = true;
    this.client.connection.stream.destroy();
  }

  /** What is asked in one turn goes out in one piece: a piece for each statement is a call of the system for each. */
  private together(): void {
    const { stream } = this.client.connection;
    stream.cork();
    process.nextTick(() => stream.uncork());
  }

  private plan(sql: string): { name?: string; text: string } {
    const known = this.planned.get(sql);
    if (known) return known;
    const text = numbered(sql);
    if (this.planned.size >= PLANNED) return { text };
    const plan = { name: `sw${this.planned.size}`, text };
    this.planned.set(sql, plan);
    return plan;
  }
}

/** Connects and sets what the ledger rests on. Rejects with whatever the library says. */
export async function openSession(place: PostgresPlace, password: string | undefined): Promise<Session> {
  const session = await connect(place, password);
  try {
    for (const [name, value] of Object.entries(SETTINGS)) await session.ask(`SET ${name} = '${value}'`);
    await session.ask(`SET search_path = ${place.schema}, public`);
    // Committed means on disk, whatever the server's default.
    await session.ask(
      "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
    );
    return session;
  } catch (error) {
    session.destroy();
    throw error;
  }
}

async function connect(place: PostgresPlace, password: string | undefined): Promise<Session> {
  const { Client } = await pg();
  const { host, port, database, user, ssl } = place;
  const config = {
    ...{ host, port, database, user, password },
    application_name: "node-red-import-client",
    keepAlive: true,
    connectionTimeoutMillis: PATIENCE.connection,
    query_timeout: PATIENCE.statement,
    pipeline: true,
    types: { getTypeParser: (oid: number) => PARSERS[oid] ?? ((text: string) => text) },
  };
  const connected = async (ssl: unknown) => {
    const client = new Client({ ...config, ssl });
    const session = new Session(client);
    await client.connect();
    return session;
  };
  try {
    return await connected(tlsOptions(ssl));
  } catch (error) {
    const plain = ssl.mode === "prefer" && /does not support SSL/.test(String(error));
    if (!plain) throw error;
    return connected(false);
  }
}

/**
 * Checks the server and brings the ledger's tables up to date; `create`: makes them where there are none, else that is a fault. One
 * process at a time, and all or nothing. Rejects with SW-LEDGER.
 */
export async function prepareSchema(session: Session, { schema }: PostgresPlace, create: boolean): Promise<void> {
  const said = (
    await session.ask(
      "SELECT current_setting('server_version_num') AS version, current_setting('server_encoding') AS encoding",
    )
  ).rows[0];
  if (Number(said?.version) < OLDEST) {
    throw ledgerError("台账数据库须为 PostgreSQL 13 或更新版本", "the ledger needs PostgreSQL 13 or newer", "unusable");
  }
  if (said?.encoding !== "UTF8") {
    throw ledgerError(
      `台账数据库的编码须为 UTF8，现为 ${said?.encoding}`,
      `the ledger's database must be encoded in UTF8, and is in ${said?.encoding}`,
      "unusable",
    );
  }
  const version = await versionOf(session, schema);
  if (version !== undefined) await assertWhole(session, schema);
  if (version === SCHEMA_VERSION) return;
  if (version === undefined && !create) {
    throw ledgerError(`数据库模式 ${schema} 中没有台账`, `there is no ledger in the schema ${schema}`, "missing");
  }
  await session.ask("BEGIN");
  try {
    await session.ask("SELECT pg_advisory_xact_lock(hashtext($1))", `single-window ledger ${schema}`);
    await migrate(session, schema);
    await session.ask("COMMIT");
  } catch (error) {
    await session.ask("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

async function migrate(session: Session, schema: string): Promise<void> {
  await session.ask(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  await session.ask("CREATE TABLE IF NOT EXISTS ledger_version (version integer NOT NULL)");
  // Once more: another process may have been here while we waited.
  const version = (await versionOf(session, schema)) ?? 0;
  if (version > SCHEMA_VERSION) {
    throw ledgerError(
      `台账由更新版本的程序写成（版本 ${version}），本程序只认识 ${SCHEMA_VERSION}`,
      `the ledger was written by a newer version (${version}); this one knows ${SCHEMA_VERSION}`,
      "unusable",
    );
  }
  for (const step of MIGRATIONS.slice(version)) await session.ask(step);
  await session.ask("DELETE FROM ledger_version");
  await session.ask(`INSERT INTO ledger_version VALUES (${SCHEMA_VERSION})`);
}

/** The version of the ledger in a schema; undefined where there is none. */
async function versionOf(session: Session, schema: string): Promise<number | undefined> {
  const table = `${schema}.ledger_version`;
  const { rows } = await session.ask("SELECT to_regclass($1) IS NOT NULL AS there", table);
  if (rows[0]?.there !== "t") return undefined;
  const [row] = (await session.ask(`SELECT version FROM ${table}`)).rows;
  return row && Number(row.version);
}

/** A dump makes keys and triggers last: what is written before them is counted by nobody, and makes the restore fail. */
async function assertWhole(session: Session, schema: string): Promise<void> {
  const { rows } = await session.ask(
    `SELECT (SELECT count(*) FROM pg_constraint WHERE connamespace = space AND conname = ANY ($2)) +
      (SELECT count(*) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE relnamespace = space AND tgname = ANY ($2)) AS found
      FROM (SELECT to_regnamespace($1)::oid AS space) AS there`,
    ...[schema, LAST_MADE],
  );
  if (Number(rows[0]?.found) < LAST_MADE.length) throw notWhole();
}

function notWhole(): ImportClientError {
  return ledgerError(
    "数据库中的台账不完整：备份正在恢复，或恢复中断",
    "the ledger in the database is not whole: a backup is being restored, or that was broken off",
    "missing",
  );
}

/** What is found where the ledger is looked for. */
export interface FoundLedger {
  /** Which table it is, and which row in it: another one after a restore, whatever that holds. */
  table: string;
  /** Number of the newest event. */
  place: number;
}

/** Of the one row of `writer`: nobody ever changes it. */
export const TABLE = "tableoid::text || '/' || xmin::text";

/** Resolves also to the ledger's name, empty while it has none. Rejects with SW-LEDGER where the row is missing. */
export async function ledgerIn(session: Session): Promise<FoundLedger & { name: string }> {
  const name = "(SELECT value FROM facts WHERE name = 'ledger')";
  const { rows } = await session.ask(`SELECT ${TABLE} AS "table", (${PLACE}) AS id, ${name} AS name FROM writer`);
  const [row] = rows;
  if (!row) throw notWhole();
  return { table: String(row.table), place: Number(row.id), name: String(row.name ?? "") };
}
