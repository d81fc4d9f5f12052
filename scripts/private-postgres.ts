import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { PlainError } from "./plain-error.js";
import { freePort, isListening } from "./ports.js";
import { descendants, exited, freeze, isAlive, signal, waitGone } from "./processes.js";
import { SqlAsker } from "./sql-asker.js";
import { startWatchdog } from "./watchdog.js";

const HOST = "127.0.0.1";
const DATABASE = "postgres";
const USER = "single_window";
/** Where Debian puts each major version. */
const VERSIONS = "/usr/lib/postgresql";

export interface PrivatePostgresOptions {
  /** Paths of its certificate and the key to it, PEM: it then takes connections with TLS as well. */
  tls?: { certificate: string; key: string };
}

export interface PrivatePostgres {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** `postgres://single_window@127.0.0.1:port/postgres`, without the password. */
  readonly url: string;
  readonly logFile: string;
  /** Process ids that belong to it. */
  pids(): number[];
  /** Runs SQL as the superuser, on a connection that is kept; resolves to its rows, a line each, values separated by `|`. */
  sql(text: string): Promise<string>;
  /** Runs one of its programs, `psql` or `pg_dump` say, as the superuser; resolves to what it writes. Rejects with what it says. */
  run(program: string, args: readonly string[], input?: string): Promise<string>;
  /** Ends it and removes its folder; resolves when no process of it is left. A second call does nothing. */
  stop(): Promise<void>;
  /** Ends it as a power cut would, all its processes at once; `restart` brings it back. */
  kill(): Promise<void>;
  /** Ends it in an orderly way, unless it has gone already; `restart` brings it back. */
  halt(): Promise<void>;
  /** Starts it on the same port with the same data, after `halt` or `kill`; stops it first when it still runs. */
  restart(): Promise<void>;
  /** Freezes and thaws all its processes, as a machine that hangs would be. */
  pause(): void;
  resume(): void;
}

/**
 * Starts a PostgreSQL of our own on a free loopback port, with a data folder of its own; the system's service is neither used
 * nor touched. Its sorting is not that of bytes, as in the databases that people have. Resolves when it takes connections.
 *
 * Errors: PlainError when the server is not installed, or dies or stays silent at start (with the end of its log).
 */
export async function startPrivatePostgres({ tls }: PrivatePostgresOptions = {}): Promise<PrivatePostgres> {
  const programs = programsFolder();
  const owner = await ownerOfServer();
  const dir = mkdtempSync(join(tmpdir(), "sw-postgres-"));
  const data = join(dir, "data");
  const logFile = join(dir, "postgres.log");
  const password = randomBytes(18).toString("base64url");
  const passwordFile = join(dir, "password");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  mkdirSync(data);
  const own = [dir, data, passwordFile];
  if (tls) {
    for (const [from, name] of [
      [tls.certificate, "server.pem"],
      [tls.key, "server.key"],
    ] as const) {
      writeFileSync(join(dir, name), readFileSync(from), { mode: 0o600 });
      own.push(join(dir, name));
    }
  }
  if (owner) for (const path of own) chownSync(path, owner.uid, owner.gid);
  const as = { cwd: dir, env: { PATH: process.env.PATH, LC_ALL: "C.UTF-8" }, ...owner };
  const watchdog = startWatchdog();
  const port = await freePort();
  let server: ChildProcess | undefined;
  let stopping: Promise<void> | undefined;

  const pids = () => (server?.pid !== undefined && isAlive(server.pid) ? [server.pid, ...descendants(server.pid)] : []);

  const start = async () => {
    const log = openSync(logFile, "a");
    const settings = {
      port,
      listen_addresses: HOST,
      unix_socket_directories: "",
      max_connections: 60,
      // What a killed server has to read again before it takes connections stays little.
      max_wal_size: "128MB",
      checkpoint_timeout: "30s",
      shared_buffers: "32MB",
      log_min_messages: "warning",
      ...(tls && { ssl: "on", ssl_cert_file: join(dir, "server.pem"), ssl_key_file: join(dir, "server.key") }),
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const child = spawn(join(programs, "postgres"), ["-D", data, ...args], {
      ...as,
      detached: true,
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    child.on("error", () => {});
    server = child;
    if (child.pid === undefined) throw new PlainError(`PostgreSQL cannot be run: ${join(programs, "postgres")}`);
    watchdog.watch(child.pid, data);
    const end = Date.now() + 300_000;
    while (!(await takesConnections(programs, port))) {
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > end) {
        throw new PlainError(`PostgreSQL does not start: ${readFileSync(logFile, "utf8").slice(-300)}`);
      }
      await exited(child, 50);
    }
  };

  const asker = new SqlAsker({ host: HOST, port, database: DATABASE, user: USER, password });
  const end = async (how: (pid: number) => void) => {
    asker.close();
    const child = server;
    if (child?.pid === undefined) return;
    const all = pids();
    for (const pid of all) signal(pid, "SIGCONT");
    how(child.pid);
    if (!(await exited(child, 20_000))) signal(child.pid, "SIGKILL");
    for (const pid of await waitGone(all, 10_000)) signal(pid, "SIGKILL");
    watchdog.forget(child.pid);
    server = undefined;
  };
  const halt = () => end((pid) => signal(pid, "SIGINT"));

  const stop = () => {
    stopping ??= (async () => {
      await halt();
      await watchdog.stop();
      rmSync(dir, { recursive: true, force: true });
    })();
    return stopping;
  };

  try {
    const options = [
      "-D",
      data,
      "-U",
      USER,
      "-A",
      "scram-sha-256",
      `--pwfile=${passwordFile}`,
      "-E",
      "UTF8",
      "--no-sync",
    ];
    const sorting = ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"];
    await promisify(execFile)(join(programs, "initdb"), [...options, ...sorting], as).catch((error) => {
      throw new PlainError(`PostgreSQL's initdb fails: ${String(error.stderr || error.message)}`);
    });
    await start();
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    host: HOST,
    port,
    database: DATABASE,
    user: USER,
    password,
    url: `postgres://${USER}@${HOST}:${port}/${DATABASE}`,
    logFile,
    pids,
    sql: (text) => asker.ask(text),
    run: (program, args, input = "") => {
      const env = {
        ...as.env,
        PGHOST: HOST,
        PGPORT: `${port}`,
        PGDATABASE: DATABASE,
        PGUSER: USER,
        PGPASSWORD: password,
      };
      const running = promisify(execFile)(join(programs, program), [...args], { env, maxBuffer: 2 ** 28 });
      running.child.stdin?.on("error", () => {}).end(input);
      return running.then(({ stdout }) => stdout);
    },
    stop,
    kill: () =>
      end(() => {
        for (const pid of pids()) signal(pid, "SIGKILL");
      }),
    halt,
    restart: async () => {
      await halt();
      await start();
    },
    pause: () => {
      for (const pid of pids()) freeze(pid);
    },
    resume: () => {
      for (const pid of pids()) signal(pid, "SIGCONT");
    },
  };
}

/** The programs of the newest version that is installed. */
function programsFolder(): string {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).map(Number).filter(Number.isInteger) : [];
  const folders = versions.sort((one, other) => other - one).map((version) => join(VERSIONS, String(version), "bin"));
  const found = folders.find((folder) => existsSync(join(folder, "postgres")));
  if (!found) throw new PlainError("PostgreSQL is not installed: apt-get install postgresql");
  return found;
}

/** PostgreSQL does not run as root: then it runs as the user that its package has made. */
async function ownerOfServer(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const id = async (option: string) => Number((await promisify(execFile)("id", [option, "postgres"])).stdout);
  try {
    return { uid: await id("-u"), gid: await id("-g") };
  } catch (error) {
    throw new PlainError(
      "PostgreSQL does not run as root, and there is no user postgres: apt-get install postgresql",
      error,
    );
  }
}

async function takesConnections(programs: string, port: number): Promise<boolean> {
  if (!(await isListening(port))) return false;
  const args = ["-h", HOST, "-p", String(port), "-t", "2", "-q"];
  return promisify(execFile)(join(programs, "pg_isready"), args).then(
    () => true,
    () => false,
  );
}
