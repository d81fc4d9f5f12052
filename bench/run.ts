/**
 * What a document costs with us, beside the least that it can cost on this machine.
 *
 *     npm run bench -- [--documents 1000] [--large 20] [--rounds 1] [--latency 40] [--warm 40] [--only "16 KB bare"] [--parts]
 *
 * Each line is one way of sending: the floor (`parts/floor.ts`: a bare script that reads, parses and validates by libxml2,
 * signs, publishes with confirm, journals with group commit, renames), and ours: a real Node-RED with example 01, everything
 * on. CPU is that of all processes of the client, the card's among them, without the broker's. The ratios are what we reach of the
 * floor's documents a second, and what of our CPU the floor takes. A machine that does other work too makes the first one, and everything by the clock,
 * meaningless; CPU and its ratio stay roughly true.
 *
 * Before that `--warm` documents go through ours: a process that has just begun spends much of its time on compiling.
 *
 * Prints a table with the last committed result (`result.json`) beside it; `--save` writes that file. `--parts` runs the
 * benches of single parts as well: receiving, signing, sending, preflight.
 */
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs, promisify } from "node:util";
import { type ConfirmChannel, connect } from "amqplib";
import { startPrivateBroker } from "../scripts/private-broker.js";
import { makeSoftToken } from "../scripts/soft-token.js";
import { DEMO_IDENTITY } from "../simulator/samples/index.js";
import { Authority } from "../test/support/authority.js";
import { removeScratch, scratch } from "../test/support/scratch.js";
import type { Theatre } from "../test/support/stage.js";
import { type Shape, writeDocuments } from "./parts/documents.js";
import type { FloorFigures, FloorSettings } from "./parts/floor.js";
import { median, quantile } from "./parts/measure.js";
import { Ours, type OursFigures, overTls } from "./parts/ours.js";
import { type StageFigures, stages } from "./parts/stages.js";

const PIN = "Pin-550123";
const RESULT = join(__dirname, "result.json");

const { values: options } = parseArgs({
  options: {
    documents: { type: "string", default: "1000" },
    large: { type: "string", default: "20" },
    rounds: { type: "string", default: "1" },
    latency: { type: "string", default: "40" },
    warm: { type: "string", default: "40" },
    only: { type: "string", default: "" },
    parts: { type: "boolean", default: false },
    save: { type: "boolean", default: false },
    stages: { type: "boolean", default: true },
    profile: { type: "string", default: "" },
  },
  allowNegative: true,
});
const ROUNDS = Number(options.rounds);

/** One line of the table. */
interface Case {
  shape: Shape;
  key: "software" | "SoftHSM2";
  tls: boolean;
  inFlight: number;
}

interface Line {
  documents: number;
  megabytes: number;
  floor: FloorFigures;
  ours: OursFigures;
  /** Floor over ours. */
  ratio: { rate: number; cpu: number };
  latency?: { p50: number; p95: number };
}

interface Result {
  at: string;
  machine: string;
  lines: Record<string, Line>;
  stages: StageFigures[];
}

const CASES: readonly Case[] = [
  { shape: "16 KB bare", key: "software", tls: false, inFlight: 20 },
  { shape: "16 KB bare", key: "SoftHSM2", tls: false, inFlight: 20 },
  { shape: "16 KB bare", key: "SoftHSM2", tls: false, inFlight: 100 },
  { shape: "16 KB ZIP", key: "software", tls: false, inFlight: 20 },
  { shape: "16 KB bare", key: "software", tls: true, inFlight: 20 },
  { shape: "5 MB ZIP", key: "software", tls: false, inFlight: 20 },
];

const nameOf = ({ shape, key, tls, inFlight }: Case) => `${shape}, ${key}, ${tls ? "TLS, " : ""}${inFlight} in flight`;

async function main(): Promise<void> {
  const dir = scratch();
  process.env.SW_PIN_GUARD = join(dir, "pin-guard");
  const company = { code: DEMO_IDENTITY.customsCode, name: "Bench" };
  const token = await makeSoftToken({ dir: join(dir, "token"), label: "bench", pin: PIN, company });
  process.env.SOFTHSM2_CONF = token.config;
  const authority = new Authority("Bench CA");
  const issued = authority.issue("localhost", { names: ["localhost", "IP:127.0.0.1"] });
  const tls = { ca: authority.certificate, cert: issued.certificate, key: issued.key };
  const broker = await startPrivateBroker({ dir: join(dir, "broker"), tls });
  const theatre: Theatre = { broker, token, pin: PIN, close: () => broker.stop() };
  const keyFile = join(dir, "software.pem");
  softwareKey(keyFile, company);
  const model = await connect(broker.url, { noDelay: true });
  const channel = await model.createConfirmChannel();
  const lines: Record<string, Line> = {};
  try {
    const chosen = CASES.filter((one) => nameOf(one).includes(options.only));
    for (const [index, one] of chosen.entries()) {
      const floor = (folder: string) => runFloor(channel, one, folder);
      const line = await compare(channel, theatre, one, `BENCH${String(index).padStart(3, "0")}`, floor);
      lines[nameOf(one)] = line;
      print(nameOf(one), line);
    }
    const found = options.stages ? await stages(dir, keyFile, 500) : [];
    for (const { stage, ours, floor } of found) {
      console.log(`${stage.padEnd(44)} ${ours.toFixed(3)} CPU ms${floor ? `, alone ${floor.toFixed(3)}` : ""}`);
    }
    const machine = `${cpus().length} x ${cpus()[0]?.model}, Node.js ${process.version}`;
    const result: Result = { at: new Date().toISOString(), machine, lines, stages: found };
    console.log(`\n${JSON.stringify(result)}`);
    if (options.save) writeFileSync(RESULT, `${JSON.stringify(result, undefined, 2)}\n`);
    if (options.parts) runParts();
  } finally {
    await model.close().catch(() => undefined);
    await theatre.close();
    removeScratch();
  }

  async function runFloor(on: ConfirmChannel, { tls: encrypted, key, inFlight }: Case, folder: string) {
    const queue = "floor";
    await on.assertQueue(queue, { durable: true });
    const { user, password, vhost, tlsPort } = broker;
    const own = `amqps://${user}:${encodeURIComponent(password)}@localhost:${tlsPort}/${encodeURIComponent(vhost)}`;
    const settings: FloorSettings = {
      ...{ folder, queue, inFlight, pin: PIN, module: token.module, token: token.label },
      schema: join(__dirname, "..", "schemas", "DEC.xsd"),
      broker: encrypted ? own : broker.url,
      ca: encrypted ? authority.certificate : "",
      keyFile: key === "software" ? keyFile : "",
    };
    const env = { ...process.env, FLOOR: JSON.stringify(settings) };
    const program = ["--import", "tsx", join(__dirname, "parts", "floor.ts")];
    const { stdout } = await promisify(execFile)(process.execPath, program, { env });
    await on.purgeQueue(queue);
    return JSON.parse(stdout) as FloorFigures;
  }

  function environmentOf({ key, tls: encrypted }: Case): NodeJS.ProcessEnv {
    return {
      ...(encrypted && overTls(broker.tlsPort as number, authority.certificate)),
      ...(key === "software" && { SW_CARD_BACKEND: "software", SW_CARD_KEYFILE: keyFile }),
    };
  }

  async function compare(
    on: ConfirmChannel,
    where: Theatre,
    one: Case,
    clientId: string,
    floor: (folder: string) => Promise<FloorFigures>,
  ): Promise<Line> {
    const count = Number(one.shape === "5 MB ZIP" ? options.large : options.documents);
    const profile = options.profile === "" ? undefined : join(resolve(options.profile), `${clientId}.cpuprofile`);
    const settings = {
      theatre: where,
      env: environmentOf(one),
      clientId,
      inFlight: one.inFlight,
      warm: Number(options.warm),
      profile,
    };
    const ours = await Ours.start(on, settings);
    const floors: FloorFigures[] = [];
    const figures: OursFigures[] = [];
    let bytes = 0;
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const folder = join(dir, `documents-${clientId}-${round}`, "in");
        bytes = (await writeDocuments(folder, one.shape, count)).bytes;
        floors.push(await floor(folder));
        rmSync(join(folder, ".."), { recursive: true });
        const { names } = await writeDocuments(folder, one.shape, count);
        figures.push(await ours.run(folder, names));
        rmSync(join(folder, ".."), { recursive: true });
      }
      const wanted = one.shape === "16 KB bare" && one.inFlight === 20 && !one.tls ? Number(options.latency) : 0;
      const found = wanted > 0 ? await ours.latencies(wanted) : [];
      const latency = found.length > 0 && { p50: median(found), p95: quantile(found, 0.95) };
      const least = medianOf(floors);
      const own = medianOf(figures);
      const ratio = { rate: least.seconds / own.seconds, cpu: least.cpu / own.cpu };
      return {
        ...{ documents: count, megabytes: bytes / 1e6, floor: least, ours: own, ratio },
        ...(latency && { latency }),
      };
    } finally {
      await ours.stop();
    }
  }
}

/** The median of each figure. */
function medianOf<T extends object>(figures: readonly T[]): T {
  const keys = Object.keys(figures[0] as T) as (keyof T)[];
  return Object.fromEntries(keys.map((key) => [key, median(figures.map((one) => Number(one[key])))])) as T;
}

function softwareKey(file: string, { code, name }: { code: string; name: string }): void {
  mkdirSync(join(file, ".."), { recursive: true });
  const subject = `/CN=${name}/O=${name}/OU=${code}/serialNumber=8900000000017`;
  const made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", subject];
  execFileSync("openssl", [...made, "-keyout", file, "-out", `${file}.certificate`], { stdio: "ignore" });
  writeFileSync(file, readFileSync(file, "latin1") + readFileSync(`${file}.certificate`, "latin1"));
}

function print(name: string, line: Line): void {
  const last = existsSync(RESULT) ? (JSON.parse(readFileSync(RESULT, "utf8")) as Result).lines[name] : undefined;
  const row = (title: string, one: FloorFigures | OursFigures, { documents, megabytes }: Line) =>
    `  ${title.padEnd(12)} ${(documents / one.seconds).toFixed(0).padStart(6)}/s ${(megabytes / one.seconds).toFixed(1).padStart(7)} MB/s ` +
    `${((1000 * one.cpu) / documents).toFixed(2).padStart(7)} CPU s/1,000 ${one.memory.toFixed(0).padStart(5)} MB  block ${one.block.toFixed(0)} ms`;
  const ratios = ({ ratio, latency }: Line) =>
    `floor/ours: rate ${ratio.rate.toFixed(2)}, CPU ${ratio.cpu.toFixed(2)}` +
    (latency ? `; latency p50 ${latency.p50.toFixed(0)} ms, p95 ${latency.p95.toFixed(0)} ms` : "");
  console.log(`\n${name}: ${line.documents} documents`);
  console.log(row("floor", line.floor, line));
  console.log(row("ours", line.ours, line));
  console.log(`  ${ratios(line)}`);
  if (last) {
    console.log(row("ours, last", last.ours, last));
    console.log(`  ${ratios(last)}  (committed)`);
  }
}

/** The benches of single parts, each with its own table. */
function runParts(): void {
  for (const part of ["receiving.ts", "sending.ts", "preflight.ts", "signing.ts", "blocks.ts"]) {
    console.log(`\n== ${part}`);
    try {
      execFileSync(process.execPath, ["--import", "tsx", join(__dirname, part)], { stdio: "inherit" });
    } catch (error) {
      console.error(`${part}: ${error}`);
      process.exitCode = 1;
    }
  }
}

main().then(
  () => process.exit(),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
