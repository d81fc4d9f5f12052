import type { ImportClientError } from "../errors.js";
import { asLedgerError } from "../ledger/postgres/faults.js";
import { isPostgres, type PostgresPlace, readPlace } from "../ledger/postgres/place.js";
import { openSession, type Session } from "../ledger/postgres/session.js";
import { type Finding, type Step, takeStep } from "./step.js";

/** Where a ledger is set to lie, and the password of its database's user where the node has one. */
export interface TestedLedger {
  location: string;
  password?: string | undefined;
}

/** Questions that its answer time is taken from; slower than this, in milliseconds, each commit is felt. */
const ASKED = 5;
const SLOW = 100;
/** So far apart, in milliseconds, times in documents and in the ledger begin to mislead. */
const CLOCK = 60_000;

/**
 * The ledger's database, one after the other until one fails: reach and login with its answer time, rights, clock. On a connection of its
 * own; nothing is written. None for a ledger that is a file.
 */
export async function testDatabase({ location, password }: TestedLedger): Promise<Step[]> {
  if (!isPostgres(location)) return [];
  const steps: Step[] = [];
  let session: Session | undefined;
  const take = async (name: string, work: () => Promise<Finding>) => {
    const step = await takeStep(name, () =>
      work().catch((error) => {
        throw asLedgerError(error);
      }),
    );
    steps.push(step);
    return step.ok;
  };
  try {
    const place = readPlace(location);
    const reached = await take("database", async () => {
      const opened = await openSession(place, password);
      session = opened;
      return checkServer(opened);
    });
    const known = session as Session | undefined;
    if (!reached || !known) return steps;
    if (!(await take("database-rights", () => checkRights(known, place)))) return steps;
    await take("database-clock", () => checkServerClock(known));
    return steps;
  } finally {
    await (session as Session | undefined)?.close();
  }
}

async function checkServer(session: Session): Promise<Finding> {
  const [said] = (
    await session.ask(
      `SELECT current_setting('server_version') AS version, current_database() AS database, current_user AS "user",
        (SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl) AS tls`,
    )
  ).rows;
  const times: number[] = [];
  for (let asked = 0; asked < ASKED; asked++) {
    const start = performance.now();
    await session.ask("SELECT 1");
    times.push(performance.now() - start);
  }
  times.sort((one, other) => one - other);
  const ms = times[Math.floor(ASKED / 2)] ?? 0;
  const shown = ms < 10 ? ms.toFixed(1) : ms.toFixed(0);
  const { version, database, user, tls } = said ?? {};
  const text = {
    zh: `PostgreSQL ${version}，库 ${database}，用户 ${user}，${tls ? String(tls) : "未加密"}；应答 ${shown} 毫秒`,
    en: `PostgreSQL ${version}, database ${database}, user ${user}, ${tls ? String(tls) : "not encrypted"}; answers in ${shown} ms`,
  };
  if (ms <= SLOW) return { text };
  return {
    text,
    warning: true,
    advice: {
      zh: "数据库应答较慢，每次提交都要等待：请检查网络，或把数据库放到近处。",
      en: "The database answers slowly and each commit waits for it: check the network, or put it nearer.",
    },
  };
}

/** What has to be allowed in a schema that has the ledger's tables, in an empty one, and where there is none yet. */
async function checkRights(session: Session, { schema }: PostgresPlace): Promise<Finding> {
  const [said] = (
    await session.ask(
      `SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on' AS readonly,
        space IS NOT NULL AS schema, has_schema_privilege(space, 'USAGE') AND has_schema_privilege(space, 'CREATE') AS "inSchema",
        has_database_privilege(current_database(), 'CREATE') AS "inDatabase",
        (SELECT count(*) FROM pg_class WHERE relnamespace = space AND relname = 'ledger_version') = 1 AS ledger,
        (SELECT string_agg(relname, ', ' ORDER BY relname) FROM pg_class WHERE relnamespace = space AND relkind = 'r' AND NOT (
          has_table_privilege(pg_class.oid, 'SELECT') AND has_table_privilege(pg_class.oid, 'INSERT')
          AND has_table_privilege(pg_class.oid, 'UPDATE') AND has_table_privilege(pg_class.oid, 'DELETE'))) AS missing
        FROM (SELECT to_regnamespace($1)::oid AS space) AS there`,
      schema,
    )
  ).rows;
  const is = (name: string) => said?.[name] === "t";
  if (is("readonly")) throw refused("25006", "read-only");
  if (!is("schema")) {
    if (!is("inDatabase")) throw refused("42501", `CREATE SCHEMA ${schema}`);
    return both(`模式 ${schema} 尚不存在，可以建立`, `the schema ${schema} is not there yet and can be made`);
  }
  if (said?.missing) throw refused("42501", `${schema}: ${said.missing}`);
  if (is("ledger"))
    return both(`模式 ${schema} 中有台账，可读写`, `the schema ${schema} has a ledger that can be written`);
  if (!is("inSchema")) throw refused("42501", `CREATE IN SCHEMA ${schema}`);
  return both(`模式 ${schema} 中尚无台账，可以建立`, `the schema ${schema} has no ledger yet, one can be made`);
}

/** This machine's clock against the server's. Leases go by the server's alone: it stops nothing. */
async function checkServerClock(session: Session): Promise<Finding> {
  const before = Date.now();
  const [said] = (await session.ask("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now")).rows;
  const after = Date.now();
  const server = Number(said?.now);
  const apart = Math.max(before - server, server - after, 0);
  const seconds = Math.round(apart / 1000);
  const text = {
    zh: seconds === 0 ? "本机时钟与数据库一致" : `本机时钟与数据库相差 ${seconds} 秒`,
    en:
      seconds === 0
        ? "this machine's clock agrees with the database's"
        : `this machine's clock is ${seconds} s off the database's`,
  };
  if (apart <= CLOCK) return { text };
  return {
    text,
    warning: true,
    advice: {
      zh: "请在两台机器上打开自动对时。各实例的租约以数据库的时钟为准，不受影响；单据的时间以本机为准。",
      en: "Turn time synchronisation on, on both machines. Leases go by the database's clock and do not suffer; times of documents go by this machine's.",
    },
  };
}

function both(zh: string, en: string): Finding {
  return { text: { zh, en } };
}

/** As the server would say it. */
function refused(state: string, what: string): ImportClientError {
  return asLedgerError(Object.assign(new Error(what), { code: state }));
}
