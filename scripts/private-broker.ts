import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { connect } from "amqplib";
import { makePath } from "../lib/make-path.js";
import {
  type BrokerListening,
  HOST,
  type Identity,
  readIdentity,
  withoutErlang,
  withoutPlugins,
  writeConfiguration,
} from "./broker-configuration.js";
import { PlainError } from "./plain-error.js";
import { freePort, isListening, portIsFree } from "./ports.js";
import {
  commandLine,
  descendants,
  endChild,
  exited,
  freeze,
  isAlive,
  signal,
  startTime,
  waitGone,
} from "./processes.js";
import { startWatchdog } from "./watchdog.js";

const NODE_NAME = "single-window@localhost";
/** Erlang keeps a core busy while it waits for work, which others could have. */
const NO_SPINNING = "+sbwt none +sbwtdcpu none +sbwtdio none";
/** Where Debian puts the real scripts; the ones in /usr/sbin insist on running as user `rabbitmq` with the system's folders. */
const SCRIPT_FOLDERS = ["/usr/lib/rabbitmq/bin", "/opt/rabbitmq/sbin", "/opt/homebrew/sbin", "/usr/local/sbin"];

export interface PrivateBrokerOptions extends BrokerListening {
  /** Folder of this broker: data, logs, configuration, password. The same folder again has the same queues and users. */
  dir: string;
  /** Progress lines. */
  log?: (line: string) => void;
  /** A fixed AMQP port; a free one when absent. */
  port?: number;
  /** Milliseconds until it must take a login; default 60,000. */
  readyWithin?: number;
}

/** What its clients need to know of a broker. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  readonly vhost: string;
  readonly user: string;
  readonly password: string;
  /** `amqp://user:password@127.0.0.1:port/vhost`. */
  readonly url: string;
}

export interface PrivateBroker extends BrokerAddress {
  /** Port of the TLS listener, when there is one. */
  readonly tlsPort: number | undefined;
  /** Process id of the Erlang machine that runs now; 0 after `stop`. */
  readonly pid: number;
  /** Process ids that belong to this broker: the Erlang machine, its helpers and the port mapper. */
  pids(): number[];
  readonly logFile: string;
  /** Ends the broker and its port mapper; resolves when no process of them is left. A second call does nothing. */
  stop(): Promise<void>;
  /** Sends a signal to the Erlang machine and resolves when it has gone. `restart` brings it back. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Stops it unless it has gone already, and starts it on the same ports with the same data. */
  restart(): Promise<void>;
  /** Freezes and thaws it, as a machine that hangs would be. */
  pause(): void;
  resume(): void;
  /** Called when the broker ends although nobody asked it to. */
  onUnexpectedEnd(listener: () => void): void;
  /** Runs rabbitmqctl against this broker; resolves to what it printed. */
  rabbitmqctl(...args: string[]): Promise<string>;
}

/** The folder of RabbitMQ's scripts; undefined when it is not installed. */
export function rabbitScripts(): string | undefined {
  return SCRIPT_FOLDERS.find((folder) => existsSync(join(folder, "rabbitmq-server")));
}

/** Which processes run for a folder; a later start ends those that were left behind. */
interface RunRecord {
  owner: { pid: number; startTime: string };
  /** Each with a part of its command line that no other process has. */
  processes: { pid: number; mark: string; startTime: string }[];
}

/**
 * Starts a RabbitMQ of our own on loopback: its node name, cookie, port mapper, data and logs lie under `dir`, and the
 * system's service is neither used nor touched. Resolves when a login works.
 *
 * Errors: PlainError when the server is not installed, a fixed port is taken, a broker of a living process uses the same
 * folder, or it dies or stays silent at start (with its log's path).
 */
export async function startPrivateBroker(options: PrivateBrokerOptions): Promise<PrivateBroker> {
  const dir = resolve(options.dir);
  const log = options.log ?? (() => {});
  const scripts = rabbitScripts();
  if (scripts === undefined) throw new PlainError("RabbitMQ is not installed: apt-get install rabbitmq-server");
  if (options.port !== undefined && !(await portIsFree(options.port))) {
    throw new PlainError(`Port ${options.port} on ${HOST} is taken: the private RabbitMQ cannot listen there`);
  }
  makePath(join(dir, "log"));
  await endLeftovers(dir);
  const identity = readIdentity(dir);

  const port = options.port ?? (await freePort());
  const tlsPort = options.tls === undefined ? undefined : await freePort();
  const mapperPort = await freePort();
  const distributionPort = await freePort();
  const mark = `broker-${randomBytes(6).toString("hex")}`;
  const logFile = join(dir, "log", "rabbitmq.log");
  const outputFile = join(dir, "log", "output.log");
  writeConfiguration(dir, options, identity, port, tlsPort);

  const env: NodeJS.ProcessEnv = {
    ...withoutErlang(process.env),
    ...withoutPlugins(dir, scripts),
    HOME: dir,
    ERL_EPMD_PORT: String(mapperPort),
    ERL_EPMD_ADDRESS: HOST,
    ERL_CRASH_DUMP_SECONDS: "0",
    RABBITMQ_CONF_ENV_FILE: join(dir, "rabbitmq-env.conf"),
    RABBITMQ_CONFIG_FILE: join(dir, "rabbitmq.conf"),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(dir, "advanced.config"),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(dir, "enabled_plugins"),
    RABBITMQ_MNESIA_BASE: join(dir, "data"),
    RABBITMQ_LOG_BASE: join(dir, "log"),
    RABBITMQ_LOGS: logFile,
    RABBITMQ_NODENAME: NODE_NAME,
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false -single_window ${mark} ${NO_SPINNING}`,
    RABBITMQ_CTL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false",
    RABBITMQ_CTL_DIST_PORT_MIN: "20000",
    RABBITMQ_CTL_DIST_PORT_MAX: "32000",
    // The start script then becomes the Erlang machine itself, so that the id we know is the one that counts.
    detached: "1",
  };

  const watchdog = startWatchdog();
  let mapper: ChildProcess | undefined;
  let server: ChildProcess | undefined;
  let stopping: Promise<void> | undefined;
  const ending = new WeakSet<ChildProcess>();
  const unexpected: (() => void)[] = [];

  const record = () => {
    const processes = [];
    if (mapper?.pid !== undefined) {
      processes.push({ pid: mapper.pid, mark: `-port ${mapperPort}`, startTime: startTime(mapper.pid) });
    }
    if (server?.pid !== undefined) processes.push({ pid: server.pid, mark, startTime: startTime(server.pid) });
    const run: RunRecord = { owner: { pid: process.pid, startTime: startTime(process.pid) }, processes };
    writeFileSync(join(dir, "run.json"), JSON.stringify(run));
  };

  const pids = () => {
    const roots = [mapper, server].flatMap((child) =>
      child?.pid !== undefined && isAlive(child.pid) ? [child.pid] : [],
    );
    return [...roots, ...roots.flatMap(descendants)];
  };

  /** Waits for the helpers of an Erlang machine that has gone; they end by themselves, as a rule at once. */
  const endHelpers = async (helpers: number[]) => {
    for (const pid of await waitGone(helpers, 3_000)) signal(pid, "SIGKILL");
  };

  const endServer = async (how: (child: ChildProcess) => Promise<unknown>) => {
    const child = server;
    if (child?.pid === undefined) return;
    ending.add(child);
    const helpers = descendants(child.pid);
    await how(child);
    await endHelpers(helpers);
    watchdog.forget(child.pid);
    server = undefined;
  };

  const startServer = async () => {
    const output = openSync(outputFile, "w");
    const child = spawn(join(scripts, "rabbitmq-server"), [], {
      cwd: dir,
      env,
      detached: true,
      stdio: ["ignore", output, output],
    });
    closeSync(output);
    child.on("error", () => {});
    child.once("exit", () => {
      if (!ending.has(child)) for (const listener of unexpected) listener();
    });
    server = child;
    if (child.pid === undefined) throw new PlainError(`RabbitMQ cannot be run: ${join(scripts, "rabbitmq-server")}`);
    watchdog.watch(child.pid, mark);
    record();
    await takesLogin(child, port, identity, options.readyWithin ?? 60_000, () => explain(outputFile, logFile));
  };

  const stop = () => {
    stopping ??= (async () => {
      await endServer((child) => endChild(child, 15_000));
      if (mapper !== undefined) await endChild(mapper, 3_000);
      mapper = undefined;
      await watchdog.stop();
      rmSync(join(dir, "run.json"), { force: true });
    })();
    return stopping;
  };

  try {
    mapper = await startMapper(mapperPort, env);
    if (mapper.pid !== undefined) watchdog.watch(mapper.pid, `-port_${mapperPort}`);
    record();
    await startServer();
  } catch (error) {
    await stop();
    throw error;
  }
  log(`RabbitMQ on ${HOST}:${port}`);

  return {
    host: HOST,
    port,
    tlsPort,
    vhost: "/",
    user: identity.user,
    password: identity.password,
    url: `amqp://${identity.user}:${identity.password}@${HOST}:${port}/%2F`,
    get pid() {
      return server?.pid ?? 0;
    },
    pids,
    logFile,
    stop,
    kill: (name) =>
      endServer(async (child) => {
        child.kill(name);
        // A frozen process takes no other signal than SIGKILL.
        child.kill("SIGCONT");
        if (!(await exited(child, 20_000))) throw new Error(`RabbitMQ did not end on ${name}`);
      }),
    restart: async () => {
      await endServer((child) => endChild(child, 15_000));
      await startServer();
    },
    pause: () => {
      if (server?.pid !== undefined) freeze(server.pid);
    },
    resume: () => void server?.kill("SIGCONT"),
    onUnexpectedEnd: (listener) => void unexpected.push(listener),
    rabbitmqctl: async (...args) => {
      const { stdout } = await promisify(execFile)(
        join(scripts, "rabbitmqctl"),
        ["--quiet", "-n", NODE_NAME, ...args],
        {
          cwd: dir,
          env,
          maxBuffer: 64 * 1024 * 1024,
          timeout: 60_000,
        },
      );
      return stdout;
    },
  };
}

/** Erlang's port mapper, in the foreground and on loopback; the one on the usual port is left alone. */
async function startMapper(port: number, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const child = spawn("epmd", ["-port", String(port), "-address", HOST], { env, detached: true, stdio: "ignore" });
  const failed = new Promise<never>((_, reject) => {
    child.once("error", () => reject(new PlainError("Erlang's epmd cannot be run: apt-get install erlang-base")));
    child.once("exit", () => reject(new PlainError(`Erlang's epmd ended at once on ${HOST}:${port}`)));
  });
  failed.catch(() => {});
  const listening = async () => {
    const end = Date.now() + 10_000;
    while (!(await isListening(port))) {
      if (Date.now() > end) throw new PlainError(`Erlang's epmd does not listen on ${HOST}:${port}`);
      await new Promise((done) => setTimeout(done, 10));
    }
  };
  await Promise.race([listening(), failed]);
  return child;
}

/** Resolves when a login works; throws when the server ends before that, or stays silent for `within` milliseconds. */
async function takesLogin(
  child: ChildProcess,
  port: number,
  identity: Identity,
  within: number,
  explain: () => string,
): Promise<void> {
  const end = Date.now() + within;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new PlainError(`RabbitMQ ended at start: ${explain()}`);
    try {
      const connection = await connect(
        { hostname: HOST, port, username: identity.user, password: identity.password, vhost: "/" },
        { timeout: 2_000 },
      );
      await connection.close();
      return;
    } catch (error) {
      // The broker's own word: a port such as 24031 in "connection refused" is none.
      if (/\b403 \(ACCESS[-_]REFUSED\)/.test(String(error))) {
        throw new PlainError(
          "RabbitMQ refuses our login: its folder belongs to another password; remove the folder",
          error,
        );
      }
    }
    if (Date.now() > end) throw new PlainError(`RabbitMQ took no login within ${within / 1000} s: ${explain()}`);
    // Whichever comes first: the next attempt is due, or the server has gone.
    await exited(child, 50);
  }
}

/** The line of RabbitMQ's own output that says most, and where the rest is. */
function explain(outputFile: string, logFile: string): string {
  const lines = [outputFile, logFile]
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, "utf8").split("\n"));
  const found = lines.findIndex((line) =>
    /eaddrinuse|enospc|eacces|\[error\]|Error during startup|Error:|not found/i.test(line),
  );
  const where = existsSync(logFile) ? logFile : outputFile;
  if (found === -1) return `see ${where}`;
  // An Erlang term goes on over several lines.
  const telling = lines
    .slice(found, found + 4)
    .join(" ")
    .replace(/\s+/g, " ")
    .trim();
  return `${telling.slice(0, 200)} (see ${where})`;
}

/** Ends what an earlier start under this folder left behind; refuses while its owner lives. */
async function endLeftovers(dir: string): Promise<void> {
  const file = join(dir, "run.json");
  if (!existsSync(file)) return;
  let run: RunRecord;
  try {
    run = JSON.parse(readFileSync(file, "utf8")) as RunRecord;
  } catch {
    return;
  }
  const left = run.processes.filter(
    ({ pid, mark, startTime: started }) => commandLine(pid).includes(mark) && startTime(pid) === started,
  );
  if (left.length === 0) return;
  if (isAlive(run.owner.pid) && startTime(run.owner.pid) === run.owner.startTime) {
    throw new PlainError(`A RabbitMQ already runs with ${dir}, started by process ${run.owner.pid}: stop that first`);
  }
  for (const { pid } of left) {
    signal(pid, "SIGCONT");
    signal(pid, "SIGTERM");
  }
  const pids = left.map(({ pid }) => pid);
  for (const pid of await waitGone(pids, 15_000)) signal(pid, "SIGKILL");
  await waitGone(pids, 5_000);
}
