import { readFileSync } from "node:fs";
import type { ImportClientError } from "../../errors.js";
import { configError } from "../../settings.js";
import { saidOf } from "../../system-fault.js";

/** Where a ledger lies in PostgreSQL. What is not given is taken from the PG* variables, as by every program of PostgreSQL. */
export interface PostgresPlace {
  host: string | undefined;
  port: number | undefined;
  database: string | undefined;
  user: string | undefined;
  schema: string;
  ssl: Ssl;
}

/** `sslmode` as libpq has it, and what it is checked against: paths of PEM files. */
export interface Ssl {
  mode: (typeof SSL_MODES)[number];
  rootCert: string | undefined;
  cert: string | undefined;
  key: string | undefined;
}

export const SSL_MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;

export const DEFAULT_SCHEMA = "single_window";
/** What PostgreSQL takes unquoted, so that people can type it. */
const SCHEMA = /^[a-z_][a-z0-9_]{0,62}$/;

/** Whether a ledger's setting names a database server and no file. */
export function isPostgres(location: string): boolean {
  return /^postgres(?:ql)?:/i.test(location);
}

/** Whether two addresses name one ledger: server, database and schema; who logs in, and how, makes no other one. */
export function isSamePlace(one: string, other: string): boolean {
  const [a, b] = [readPlace(one), readPlace(other)];
  return a.host === b.host && a.port === b.port && a.database === b.database && a.schema === b.schema;
}

/**
 * Reads `postgres://user@host:port/database?schema=…&sslmode=…`; each part may be missing. Throws SW-CONFIG for what is wrong, and for
 * a password in it: such an address is shown, logged and kept.
 */
export function readPlace(location: string, env: NodeJS.ProcessEnv = process.env): PostgresPlace {
  const url = urlOf(location.replace(/^postgres(?:ql)?:(?:\/\/)?/i, "postgres://"));
  if (url.password !== "") {
    throw wrong(
      "地址中不得有口令，请填入口令栏或设置 PGPASSWORD",
      "the address must not hold the password: enter it in its own field, or set PGPASSWORD",
    );
  }
  const given = (name: string) => url.searchParams.get(name) || undefined;
  const schema = given("schema") ?? DEFAULT_SCHEMA;
  if (!SCHEMA.test(schema)) {
    throw wrong(
      `模式名 ${schema} 只能由小写字母、数字和下划线组成`,
      `the schema ${schema} may only have small letters, digits and underscores`,
    );
  }
  const mode = (given("sslmode") ?? env.PGSSLMODE ?? "prefer") as Ssl["mode"];
  if (!SSL_MODES.includes(mode)) throw wrong(`没有 sslmode ${mode}`, `there is no sslmode ${mode}`);
  return {
    // The folder of a socket stands behind the question mark, as with libpq.
    host: given("host") ?? (decodeURIComponent(url.hostname).replace(/^\[|\]$/g, "") || undefined),
    port: url.port ? Number(url.port) : undefined,
    database: decodeURIComponent(url.pathname.slice(1)) || undefined,
    user: decodeURIComponent(url.username) || undefined,
    schema,
    ssl: {
      mode,
      rootCert: given("sslrootcert") ?? env.PGSSLROOTCERT,
      cert: given("sslcert") ?? env.PGSSLCERT,
      key: given("sslkey") ?? env.PGSSLKEY,
    },
  };
}

/** What an address says; the rest is left to the PG* variables. */
export interface PlaceParts extends Partial<Omit<PostgresPlace, "ssl">> {
  ssl?: Pick<Ssl, "mode" | "rootCert">;
}

/** The address of a place, without anything secret; what `readPlace` reads. */
export function writePlace({ host, port, database, user, schema, ssl }: PlaceParts): string {
  const at = user ? `${encodeURIComponent(user)}@` : "";
  const socket = host?.startsWith("/");
  const name = host?.includes(":") ? `[${host}]` : encodeURIComponent(host ?? "");
  // A port without a host is one of this machine: an address cannot say it otherwise.
  const server = socket ? "" : port ? `${name || "localhost"}:${port}` : name || (at && "localhost");
  const query = new URLSearchParams();
  if (schema) query.set("schema", schema);
  if (host && socket) query.set("host", host);
  if (ssl && ssl.mode !== "prefer") query.set("sslmode", ssl.mode);
  if (ssl?.rootCert) query.set("sslrootcert", ssl.rootCert);
  return `postgres://${at}${server}/${encodeURIComponent(database ?? "")}${query.size > 0 ? `?${query}` : ""}`;
}

/**
 * TLS as Node makes it, for a mode of libpq: up to `require` nothing is checked unless there is a certificate to check against, from
 * `verify-ca` on the chain is, and with `verify-full` the name as well. Throws SW-CONFIG for a file that cannot be read.
 */
export function tlsOptions({ mode, rootCert, cert, key }: Ssl): Record<string, unknown> | false {
  if (mode === "disable" || mode === "allow") return false;
  const checks = mode.startsWith("verify") || (mode === "require" && rootCert !== undefined);
  return {
    rejectUnauthorized: checks,
    ...(mode !== "verify-full" && { checkServerIdentity: () => undefined }),
    ...(rootCert && rootCert !== "system" && { ca: read(rootCert) }),
    ...(cert && { cert: read(cert) }),
    ...(key && { key: read(key) }),
  };
}

function urlOf(address: string): URL {
  try {
    return new URL(address);
  } catch {
    throw wrong("这不是数据库地址", "this is no address of a database");
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw wrong(`无法读取 ${file}：${saidOf(error).zh}`, `${file} cannot be read: ${saidOf(error).en}`);
  }
}

function wrong(zh: string, en: string): ImportClientError {
  return configError("ledger", `台账数据库：${zh}`, `the ledger's database: ${en}`);
}
