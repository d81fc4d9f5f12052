import { type ChildProcess, fork } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../lib/errors.js";
import { complete, DEMO_IDENTITY, samples } from "../simulator/samples/index.js";
import { type NodeRed, repositoryRoot, startNodeRed } from "./node-red.js";
import { PlainError } from "./plain-error.js";
import { portIsFree } from "./ports.js";
import { type PrivateBroker, startPrivateBroker } from "./private-broker.js";
import { endChild } from "./processes.js";
import { makeSoftToken } from "./soft-token.js";
import { makeDemoFolder } from "./start/demo-folder.js";
import { type StartSettings, startSettings } from "./start/environment.js";
import { placeFlow } from "./start/flow.js";
import { follow, isAsExpected, isFinished, putIn } from "./start/follow.js";
import { receiptsOf, sampleTable } from "./start/table.js";

/**
 * `npm start`: the demo, which is the whole client with a Single Window of our own behind it, or, with SW_AMQP_HOST set,
 * the client alone for real work. The two share nothing: everything of the demo lies under `data/demo/`, and nothing of it
 * runs beside real work. Whatever is started listens on loopback only and ends with us.
 */

const TOKEN_LABEL = "import-client-demo";
const DEMO_PIN = "123456";
const FOLLOW_WITHIN = 180_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const seconds = (): string => (performance.now() / 1000).toFixed(1);

/** What runs, in the order in which it was started; stopped the other way round. */
const running: { name: string; stop: () => Promise<void> }[] = [];
const ended = new AbortController();
let exitCode = 0;
let announceEnd: () => void = () => {};
const end = new Promise<void>((resolve) => {
  announceEnd = resolve;
});

function finish(code: number, line?: string): void {
  if (ended.signal.aborted) return;
  if (line !== undefined) process.stderr.write(`${line}\n`);
  exitCode = code;
  ended.abort();
  announceEnd();
}

async function stopAll(): Promise<void> {
  for (const { name, stop } of running.splice(0).reverse()) {
    try {
      await stop();
    } catch (error) {
      process.stderr.write(`${name} could not be stopped: ${messageOf(error)}\n`);
      exitCode = 1;
    }
  }
}

/** Lets a start go on, unless we were asked to end in the meantime. */
async function unlessEnded<T>(work: Promise<T>): Promise<T> {
  const result = await work;
  ended.signal.throwIfAborted();
  return result;
}

async function startBroker(settings: StartSettings): Promise<PrivateBroker> {
  say("Starting a private RabbitMQ");
  const broker = await startPrivateBroker({ dir: join(settings.data, "rabbitmq") });
  running.push({ name: "RabbitMQ", stop: () => broker.stop() });
  broker.onUnexpectedEnd(() => finish(1, `RabbitMQ ended by itself (see ${broker.logFile})`));
  return broker;
}

/** A card for the demo, never with the user's PIN: softhsm2-util takes it as an argument, which everybody can read. */
async function makeCard(settings: StartSettings): Promise<{ env: Record<string, string>; certificateFile: string }> {
  const { customsCode, companyName, cardNumber } = complete(DEMO_IDENTITY);
  try {
    const token = await makeSoftToken({
      dir: join(settings.data, "softhsm"),
      label: TOKEN_LABEL,
      pin: DEMO_PIN,
      company: { code: customsCode, name: companyName },
      cardNumber,
    });
    return {
      env: {
        SW_CARD_BACKEND: "pkcs11",
        SW_CARD_PIN: DEMO_PIN,
        SW_PKCS11_MODULE: token.module,
        SW_PKCS11_TOKEN: token.label,
        SOFTHSM2_CONF: token.config,
        SW_PIN_GUARD: join(settings.data, "pin-guard"),
      },
      certificateFile: token.certificateFile,
    };
  } catch (error) {
    throw new PlainError(`The demo's card could not be made: ${messageOf(error)}`, error);
  }
}

/** The Single Window's side, a process of its own that speaks AMQP only. */
async function startSimulator(settings: StartSettings, env: Record<string, string>): Promise<void> {
  say("Starting the simulator of the Single Window");
  const logFile = join(settings.data, "log", "simulator.log");
  const output = openSync(logFile, "a");
  const child: ChildProcess = fork(join(__dirname, "..", "simulator", "main.js"), [], {
    env: { ...process.env, SW_SIM_DELAY_MS: "200", ...env, SW_SIM_LOG: join(settings.data, "log", "simulator.jsonl") },
    // Out of the terminal's reach: Ctrl-C is ours to handle. When we die, the channel's end tells it.
    detached: true,
    stdio: ["ignore", output, output, "ipc"],
  });
  let ready = false;
  running.push({ name: "the simulator", stop: () => endChild(child, 10_000) });
  await new Promise<void>((done, fail) => {
    child.once("message", () => {
      ready = true;
      done();
    });
    child.once("error", (error) => fail(new PlainError(`The simulator cannot be run: ${messageOf(error)}`)));
    child.once("exit", () => {
      const line = `The simulator ended by itself (see ${logFile})`;
      if (ready) finish(1, line);
      else fail(new PlainError(line));
    });
  });
}

async function startClient(repo: string, settings: StartSettings, env: Record<string, string>): Promise<NodeRed> {
  const userDir = join(settings.data, "node-red");
  const logFile = join(settings.data, "log", "node-red.log");
  const example = join(repo, "examples", "01-import-client.json");
  if (!existsSync(example)) throw new PlainError(`The example flow is missing: ${example}`);
  if (!placeFlow(example, userDir)) say(`Your own flow is kept: ${join(userDir, "flows.json")}`);
  say("Starting Node-RED");
  const nodeRed = await startNodeRed({
    userDir,
    port: settings.port,
    env,
    logFile,
    // Its log is in the file; what needs attention is shown.
    log: (line) => {
      if (/\[(warn|error|fatal)\]/.test(line)) say(`  ${line}`);
    },
  });
  running.push({ name: "Node-RED", stop: () => nodeRed.stop() });
  nodeRed.events.once("exit", () => finish(1, `Node-RED ended by itself (see ${logFile})`));
  return nodeRed;
}

/** Puts the samples in, follows them, prints the table. Resolves to whether each ended as it has to. */
async function showSamples(settings: StartSettings, nodeRed: NodeRed, certificateNumber: string): Promise<boolean> {
  const all = await samples({ ...DEMO_IDENTITY, certificateNumber });
  for (const sample of all) putIn(settings.root, sample);
  say(`${all.length} samples are in the OutBoxes`);
  const followed = await follow(nodeRed.url, all, FOLLOW_WITHIN, ended.signal, (one) => {
    say(`  ${one.sample.folder}/${one.sample.fileName}: ${one.document?.state} ${receiptsOf(one)}`.trimEnd());
  });
  if (ended.signal.aborted) return false;
  const late = followed.filter((one) => !isFinished(one));
  if (late.length > 0) say(`${late.length} of ${all.length} samples have not ended within ${FOLLOW_WITHIN / 1000} s`);
  say(`\n${sampleTable(followed)}\n`);
  return followed.every(isAsExpected);
}

async function main(): Promise<void> {
  const repo = repositoryRoot();
  const settings = startSettings(repo, process.env, process.argv.slice(2));
  if (!(await portIsFree(settings.port))) {
    throw new PlainError(
      `Port ${settings.port} on 127.0.0.1 is taken: set PORT to another one, e.g. PORT=1881 npm start`,
    );
  }
  for (const note of settings.notes) say(note);
  for (const name of settings.unused) delete process.env[name];
  const good = settings.clientOnly ? await realWork(repo, settings) : await demo(repo, settings);
  if (settings.once) return finish(good ? 0 : 1);
  say("Ctrl-C 停止 / stops everything that was started here");
}

function showPlaces(nodeRed: NodeRed, root: string): void {
  say(`编辑器 Editor: ${nodeRed.url}/`);
  if (root !== "") say(`文件夹 Boxes:  ${root}`);
}

/** The client alone. A root that is not there is not made: it may be a share that is not mounted. */
async function realWork(repo: string, settings: StartSettings): Promise<boolean> {
  mkdirSync(join(settings.data, "log"), { recursive: true });
  showPlaces(await unlessEnded(startClient(repo, settings, settings.env)), settings.root);
  return true;
}

/** Resolves to whether each sample ended as it has to. */
async function demo(repo: string, settings: StartSettings): Promise<boolean> {
  makeDemoFolder(settings.data);
  mkdirSync(join(settings.data, "log"), { recursive: true });
  mkdirSync(settings.root, { recursive: true });
  // The token is made while the broker starts.
  const starting = startBroker(settings);
  starting.catch(() => {});
  const card = await makeCard(settings).catch(async (error: unknown) => {
    await starting.catch(() => {});
    throw error;
  });
  const { host, port, user, password, vhost } = await unlessEnded(starting);
  const address = {
    SW_AMQP_HOST: host,
    SW_AMQP_PORT: String(port),
    SW_AMQP_USER: user,
    SW_AMQP_PASSWORD: password,
    SW_AMQP_VHOST: vhost,
    // Empty would mean the default, which is TLS.
    SW_AMQP_TLS: "false",
  };
  await unlessEnded(
    startSimulator(settings, {
      ...address,
      SW_CLIENT_ID: DEMO_IDENTITY.clientId,
      SW_SIM_CERTIFICATES: card.certificateFile,
    }),
  );
  const nodeRed = await unlessEnded(startClient(repo, settings, { ...settings.env, ...card.env, ...address }));
  const serial = new X509Certificate(readFileSync(card.certificateFile)).serialNumber.toLowerCase();
  const good = await unlessEnded(showSamples(settings, nodeRed, serial));
  say(`From command to table: ${seconds()} s`);
  showPlaces(nodeRed, settings.root);
  return good;
}

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  // A second Ctrl-C changes nothing: stopping is bounded, and half a stop would leave processes.
  process.on(name, () => {
    if (!ended.signal.aborted) say("Stopping");
    finish(0);
  });
}

async function run(): Promise<void> {
  try {
    await main();
    await end;
  } catch (error) {
    if (!ended.signal.aborted) {
      process.stderr.write(error instanceof PlainError ? `${error.message}\n` : `${messageOf(error)}\n`);
      exitCode = 1;
    }
    ended.abort();
  }
  await stopAll();
  process.exit(exitCode);
}

void run();
