import { type ChildProcess, spawn } from "node:child_process";
import { createCipheriv, createHash, randomBytes } from "node:crypto";
import { EventEmitter, once } from "node:events";
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { makePath } from "../lib/make-path.js";
import { writeUnlessChanged } from "./own-file.js";
import { PlainError } from "./plain-error.js";
import { portIsFree } from "./ports.js";
import { endChild, exited, freeze } from "./processes.js";
import { startWatchdog } from "./watchdog.js";

const HOST = "127.0.0.1";
const PACKAGE = "@single-window/node-red-import-client";

export interface NodeRedOptions {
  userDir: string;
  /** Loopback port of editor and admin routes. */
  port: number;
  /** Copied to `<userDir>/flows.json` when given; absent = what is there stays. */
  flowFile?: string;
  /** Added to our own environment. Secrets travel this way, never as arguments. */
  env?: NodeJS.ProcessEnv;
  /** Folder of the Node-RED to run; default `node_modules/node-red` of this repository, `node_modules/node-red-5` is the newer one. */
  nodeRedDir?: string;
  /** The Node binary; default the one that runs us. */
  node?: string;
  /** Node.js options, e.g. `["--inspect"]`. */
  nodeArgs?: readonly string[];
  /** What `<userDir>/node_modules/@single-window/node-red-import-client` points to; default this repository. `null` = left as it is. */
  packageDir?: string | null;
  /** Further settings; functions do not survive, they are written as JSON. */
  settings?: Record<string, unknown>;
  /** A settings.js that its user has changed stays as it is, and its path is told; without this it is written anew. */
  onOwnSettings?: (file: string) => void;
  /** Each line that Node-RED prints. */
  log?: (line: string) => void;
  /** File that its lines are appended to. */
  logFile?: string;
  /** Milliseconds until its flows run; default 60,000. */
  readyWithin?: number;
}

export interface NodeRed {
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  /** Everything that it printed, oldest first. */
  readonly lines: string[];
  /** `line` (text) for each line, `exit` (code, signal) when it has gone. */
  readonly events: EventEmitter;
  /** Asks it to end and resolves when it has; after 20 s it is ended. */
  stop(): Promise<void>;
  /** Sends a signal; resolves when it has gone, if the signal ends it. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** In a test run, which starts hundreds of them: they need not all compile the same files. */
const codeCache = (): string[] => {
  const cache = join(repositoryRoot(), "scripts", "code-cache.cjs");
  return process.env.SW_CODE_CACHE && existsSync(cache) ? ["--require", cache] : [];
};

/** The repository (or the unpacked package) that this script belongs to, from `scripts/` and from `dist/scripts/`. */
export function repositoryRoot(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, "package.json"))) {
    if (dirname(folder) === folder) throw new Error(`no package.json above ${__dirname}`);
    folder = dirname(folder);
  }
  return folder;
}

/**
 * Starts a real Node-RED on loopback with our package linked in; resolves when its flows run.
 *
 * Errors: PlainError when the port is taken, Node-RED ends at start, a node type is unknown, or its flows do not start in time.
 */
export async function startNodeRed(options: NodeRedOptions): Promise<NodeRed> {
  const userDir = resolve(options.userDir);
  const { port } = options;
  if (!(await portIsFree(port))) throw new PlainError(`Port ${port} on ${HOST} is taken: set PORT to another one`);
  const nodeRedDir = resolve(options.nodeRedDir ?? join(repositoryRoot(), "node_modules", "node-red"));
  const program = join(nodeRedDir, "red.js");
  if (!existsSync(program)) throw new PlainError(`Node-RED is not installed in ${nodeRedDir}: run npm ci`);
  makePath(userDir);
  if (options.packageDir !== null) linkPackage(userDir, options.packageDir ?? repositoryRoot());
  if (options.flowFile !== undefined) copyFileSync(options.flowFile, join(userDir, "flows.json"));
  const settingsFile = placeSettings(userDir, port, options);

  const watchdog = startWatchdog();
  // Node-RED gives itself another title, which replaces its command line; its environment stays.
  const mark = `node-red-${randomBytes(6).toString("hex")}`;
  const child = spawn(
    options.node ?? process.execPath,
    [
      ...codeCache(),
      ...(options.nodeArgs ?? []),
      program,
      "--port",
      String(port),
      "--userDir",
      userDir,
      "--settings",
      settingsFile,
    ],
    {
      cwd: userDir,
      // Its log in English whatever the terminal's language; the editor follows the browser.
      env: { ...process.env, LC_ALL: "en_US.UTF-8", LANG: "en_US.UTF-8", ...options.env, SW_STARTED_AS: mark },
      // Out of the terminal's reach: a Ctrl-C there must not end it before what depends on it has been notified.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const events = new EventEmitter();
  const lines: string[] = [];
  const readers = [child.stdout, child.stderr].map((input) => createInterface({ input }));
  /** Its last lines come after its exit; a process of its own that outlives it may keep its output open. */
  const said = Promise.race([
    Promise.all(readers.map((reader) => once(reader, "close"))),
    once(child, "exit").then(() => pause(2_000, undefined, { ref: false })),
  ]).catch(() => undefined);
  for (const reader of readers) {
    reader.on("line", (line) => {
      lines.push(line);
      if (options.logFile !== undefined) appendFileSync(options.logFile, `${line}\n`, { mode: 0o600 });
      options.log?.(line);
      events.emit("line", line);
    });
  }
  child.once("exit", (code, signal) => {
    void watchdog.stop();
    events.emit("exit", code, signal);
  });
  // Spawn errors come as an event of their own, without an exit.
  child.once("error", (error) => {
    lines.push(String(error));
    events.emit("exit", 1, null);
  });
  if (child.pid !== undefined) watchdog.watch(child.pid, mark);

  try {
    await flowsRun(child, events, lines, port, options.readyWithin ?? 60_000);
  } catch (error) {
    await endChild(child, 5_000);
    await watchdog.stop();
    throw error;
  }
  return {
    port,
    url: `http://${HOST}:${port}`,
    pid: child.pid ?? 0,
    lines,
    events,
    stop: async () => {
      await endChild(child, 20_000);
      await Promise.all([watchdog.stop(), said]);
    },
    kill: async (name) => {
      if (name === "SIGSTOP" && child.pid !== undefined) return freeze(child.pid);
      child.kill(name);
      if (name === "SIGCONT") return;
      if (!(await exited(child, 20_000))) throw new Error(`Node-RED did not end on ${name}`);
      await Promise.all([watchdog.stop(), said]);
    },
  };
}

function flowsRun(
  child: ChildProcess,
  events: EventEmitter,
  lines: readonly string[],
  port: number,
  within: number,
): Promise<void> {
  return new Promise((done, fail) => {
    const settle = (error?: PlainError) => {
      clearTimeout(timer);
      events.off("line", onLine);
      events.off("exit", onExit);
      if (error) fail(error);
      else done();
    };
    const said = () => {
      const telling = lines.filter((line) => /\[error\]|Error:/.test(line)).slice(-3);
      return (telling.length > 0 ? telling : lines.slice(-3)).map((line) => line.trim()).join(" / ");
    };
    const unknown: string[] = [];
    let waiting = false;
    const onLine = (line: string) => {
      if (/Started flows/.test(line)) return settle();
      if (/Waiting for missing types/.test(line)) waiting = true;
      else if (waiting && /\[(info|warn)\]\s+-\s+\S+/.test(line)) {
        unknown.push(line.replace(/.*\]\s+-\s+/, ""));
        setTimeout(
          () => settle(new PlainError(`Node-RED does not know these nodes: ${unknown.join(", ")}`)),
          200,
        ).unref();
      }
    };
    const onExit = () => {
      const taken = lines.some((line) => /EADDRINUSE|port in use/i.test(line));
      settle(
        new PlainError(
          taken ? `Port ${port} on ${HOST} is taken: set PORT to another one` : `Node-RED ended at start: ${said()}`,
        ),
      );
    };
    const timer = setTimeout(
      () => settle(new PlainError(`Node-RED's flows did not start within ${within / 1000} s: ${said()}`)),
      within,
    );
    events.on("line", onLine);
    events.on("exit", onExit);
    if (child.exitCode !== null || child.signalCode !== null) onExit();
  });
}

/** Node-RED finds nodes in `<userDir>/node_modules`; a link shows it the build of this repository. */
function linkPackage(userDir: string, target: string): void {
  const link = join(userDir, "node_modules", PACKAGE);
  makePath(dirname(link));
  const there = lstatSync(link, { throwIfNoEntry: false });
  if (there?.isSymbolicLink() && readlinkSync(link) === target) return;
  if (there !== undefined) rmSync(link, { recursive: true });
  symlinkSync(target, link, "dir");
}

/** The key that Node-RED encrypts credentials with: random, made once for a folder. */
function credentialSecret(userDir: string): string {
  const file = join(userDir, "credential-secret");
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString("hex"), { mode: 0o600 });
  return readFileSync(file, "utf8").trim();
}

/** No credentials, in the form Node-RED keeps them: without that file it warns that they were not found. */
function placeCredentials(userDir: string, secret: string): void {
  const file = join(userDir, "flows_cred.json");
  if (existsSync(file)) return;
  const vector = randomBytes(16);
  const cipher = createCipheriv("aes-256-ctr", createHash("sha256").update(secret).digest(), vector);
  const text = cipher.update("{}", "utf8", "base64") + cipher.final("base64");
  writeFileSync(file, JSON.stringify({ $: vector.toString("hex") + text }), { mode: 0o600 });
}

const BEGINNING = `// npm start 生成：未改动时每次启动重新写入，改动后保留。只监听本机；要让别的电脑访问，请先设置 adminAuth（docs/guides/it.zh-CN.md“用户和权限”），再改 uiHost。
// Made by npm start: written anew at each start until you change it, yours is kept then. It listens on this machine alone; for others set
// adminAuth first (docs/guides/it.md, "Users and rights"), then uiHost.
`;
const textOf = (settings: Record<string, unknown>) => `module.exports = ${JSON.stringify(settings, null, 2)};\n`;

/**
 * Writes Node-RED's settings.js below `userDir`, with the secret and the empty credentials that belong to it. Returns its path. `settings` and
 * `onOwnSettings` as in `NodeRedOptions`.
 */
export function placeSettings(
  userDir: string,
  port: number,
  { settings: more = {}, onOwnSettings }: Pick<NodeRedOptions, "settings" | "onOwnSettings">,
): string {
  const secret = credentialSecret(userDir);
  placeCredentials(userDir, secret);
  const settings: Record<string, unknown> = {
    uiHost: HOST,
    uiPort: port,
    flowFile: "flows.json",
    flowFilePretty: true,
    credentialSecret: secret,
    telemetry: { enabled: false, updateNotification: false },
    externalModules: { autoInstall: false },
    logging: { console: { level: "info", metrics: false, audit: false } },
    // Projects are off unless asked for; an explicit `false` would be logged as a warning.
    editorTheme: { tours: false, projects: {}, multiplayer: { enabled: false } },
    ...more,
  };
  const file = join(userDir, "settings.js");
  if (onOwnSettings === undefined) writeFileSync(file, textOf(settings), { mode: 0o600 });
  else if (!writeUnlessChanged(file, join(userDir, "settings.sha256"), BEGINNING + textOf(settings), isPlain))
    onOwnSettings(file);
  return file;

  /** As earlier versions wrote it: nothing but what stands above. */
  function isPlain(there: string): boolean {
    const [head, end] = ["module.exports = ", ";"];
    const text = there.trim();
    if (!text.startsWith(head) || !text.endsWith(end)) return false;
    try {
      const read = JSON.parse(text.slice(head.length, -end.length)) as object;
      return Object.keys(read).every((key) => key in settings);
    } catch {
      return false;
    }
  }
}
