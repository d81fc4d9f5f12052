import { type ChildProcess, fork } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../lib/errors.js";
import { DEMO_IDENTITY, samples } from "../../simulator/samples/index.js";
import type { NodeRed } from "../node-red.js";
import { PlainError } from "../plain-error.js";
import { type PrivateBroker, startPrivateBroker } from "../private-broker.js";
import { endChild } from "../processes.js";
import { makeCard } from "./card.js";
import { showPlaces, startClient } from "./client.js";
import { makeDemoFolder, makeFolder } from "./demo-folder.js";
import type { StartSettings } from "./environment.js";
import { follow, isAsExpected, isFinished, putIn } from "./follow.js";
import { assertCanRunDemo } from "./needs.js";
import { nodeRedFor } from "./node-red-folder.js";
import { endedLine, type Session } from "./session.js";
import { receiptsOf, sampleTable } from "./table.js";

const FOLLOW_WITHIN = 180_000;
const SIMULATOR = join(__dirname, "..", "..", "simulator", "main.js");

const seconds = (): string => (performance.now() / 1000).toFixed(1);

async function startBroker(session: Session, settings: StartSettings): Promise<PrivateBroker> {
  session.say("Starting a private RabbitMQ");
  const broker = await startPrivateBroker({ dir: join(settings.data, "rabbitmq") });
  session.add("RabbitMQ", () => broker.stop());
  broker.onUnexpectedEnd(() => session.finish(1, endedLine("RabbitMQ", broker.logFile)));
  return broker;
}

/** The Single Window's side, a process of its own that speaks AMQP only. */
async function startSimulator(session: Session, settings: StartSettings, env: Record<string, string>): Promise<void> {
  session.say("Starting the simulator of the Single Window");
  const logFile = join(settings.data, "log", "simulator.log");
  const output = openSync(logFile, "a");
  const child: ChildProcess = fork(SIMULATOR, [], {
    env: { ...process.env, SW_SIM_DELAY_MS: "200", ...env, SW_SIM_LOG: join(settings.data, "log", "simulator.jsonl") },
    // Out of the terminal's reach: Ctrl-C is ours to handle. When we die, the channel's end tells it.
    detached: true,
    stdio: ["ignore", output, output, "ipc"],
  });
  let ready = false;
  session.add("the simulator", () => endChild(child, 10_000));
  await new Promise<void>((done, fail) => {
    child.once("message", () => {
      ready = true;
      done();
    });
    child.once("error", (error) => fail(new PlainError(`The simulator cannot be run: ${messageOf(error)}`)));
    child.once("exit", () => {
      const line = endedLine("simulator", logFile);
      if (ready) session.finish(1, line);
      else fail(new PlainError(line));
    });
  });
}

/** Puts the samples in, follows them, prints the table. Resolves to whether each ended as it has to. */
async function showSamples(
  session: Session,
  settings: StartSettings,
  nodeRed: NodeRed,
  certificateNumber: string,
): Promise<boolean> {
  const all = await samples({ ...DEMO_IDENTITY, certificateNumber });
  for (const sample of all) putIn(settings.root, sample);
  session.say(`${all.length} samples are in the OutBoxes`);
  const followed = await follow(nodeRed.url, all, FOLLOW_WITHIN, session.signal, (one) => {
    session.say(`  ${one.sample.folder}/${one.sample.fileName}: ${one.document?.state} ${receiptsOf(one)}`.trimEnd());
  });
  if (session.signal.aborted) return false;
  const late = followed.filter((one) => !isFinished(one));
  if (late.length > 0)
    session.say(`${late.length} of ${all.length} samples have not ended within ${FOLLOW_WITHIN / 1000} s`);
  session.say(`\n${sampleTable(followed)}\n`);
  return followed.every(isAsExpected);
}

/**
 * The whole client with a Single Window of our own behind it: broker, card, simulator, Node-RED and samples, all below
 * `settings.data`. Resolves to whether each sample ended as it has to. Errors: PlainError.
 */
export async function demo(session: Session, settings: StartSettings): Promise<boolean> {
  assertCanRunDemo();
  makeDemoFolder(settings.data);
  makeFolder("SW_DATA", join(settings.data, "log"));
  makeFolder("SW_DATA", settings.root);
  const nodeRedDir = await session.unlessEnded(nodeRedFor(session, settings.data));
  // The card is made while the broker starts.
  const starting = startBroker(session, settings);
  starting.catch(() => {});
  const card = await makeCard(settings.data).catch(async (error: unknown) => {
    await starting.catch(() => {});
    throw error;
  });
  const { host, port, user, password, vhost } = await session.unlessEnded(starting);
  const address = {
    SW_AMQP_HOST: host,
    SW_AMQP_PORT: String(port),
    SW_AMQP_USER: user,
    SW_AMQP_PASSWORD: password,
    SW_AMQP_VHOST: vhost,
    // Empty would mean the default, which is TLS.
    SW_AMQP_TLS: "false",
  };
  await session.unlessEnded(
    startSimulator(session, settings, {
      ...address,
      SW_CLIENT_ID: DEMO_IDENTITY.clientId,
      SW_SIM_CERTIFICATES: card.certificateFile,
    }),
  );
  const env = { ...settings.env, ...card.env, ...address };
  const nodeRed = await session.unlessEnded(startClient(session, settings, env, nodeRedDir));
  const serial = new X509Certificate(readFileSync(card.certificateFile)).serialNumber.toLowerCase();
  const good = await session.unlessEnded(showSamples(session, settings, nodeRed, serial));
  session.say(`From command to table: ${seconds()} s`);
  showPlaces(session, nodeRed, settings.root);
  return good;
}
