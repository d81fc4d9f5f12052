import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { writeZip } from "../../lib/archive/index.js";
import { SchemaStore } from "../../lib/model/schema-store.js";
import { Random } from "../support/random.js";
import { asDelivery, asDocument } from "./judge.js";
import { mutateBytes, mutateTree, mutateZip } from "./mutate.js";
import { makeSeeds, type Seeds } from "./seeds.js";

export interface FuzzOptions {
  count: number;
  seed: number;
  /** Number of the first case: a case follows from the seed and its own number, so that it can be run alone. */
  first?: number;
  tell?: (line: string) => void;
}

export interface FuzzResult {
  documents: Map<string, number>;
  deliveries: Map<string, number>;
  longest: { ms: number; case: number };
  peakMemory: number;
  /** Why it ended early, and the input on disk. */
  broken?: { case: number; error: unknown; file: string };
}

/** Promises 5. */
const LONGEST = 2_000;
const MOST_MEMORY = 1_024 * 1024 * 1024;
const HANGS = 15_000;

interface Case {
  name: string;
  bytes: Buffer;
}

async function makeCase({ xmls, zips }: Seeds, random: Random): Promise<Case> {
  if (random.between(0, 4) === 0) {
    const zip = random.pick(zips);
    return { name: "a.zip", bytes: random.between(0, 2) === 0 ? mutateBytes(zip, random) : mutateZip(zip, random) };
  }
  let xml = random.pick(xmls);
  // Two in three keep their form.
  const how = random.between(0, 5);
  if (how < 5) xml = mutateTree(xml, random);
  if (how > 3) xml = mutateBytes(xml, random);
  if (random.between(0, 3) > 0) return { name: "a.xml", bytes: xml };
  // An honest ZIP around it.
  return { name: "a.zip", bytes: await writeZip([{ name: "a.xml", bytes: xml }], { at: 0 }) };
}

/** Ends the process when a case does not end: what blocks the thread cannot be stopped from inside. */
function watchdog(cell: Int32Array): Worker {
  const code = `
    const { workerData } = require("node:worker_threads");
    const { writeSync } = require("node:fs");
    let last = -1, since = Date.now();
    setInterval(() => {
      const now = Atomics.load(workerData.cell, 0);
      if (now !== last) [last, since] = [now, Date.now()];
      else if (Date.now() - since > workerData.hangs) {
        writeSync(1, "case " + now + " hangs\\n");
        process.kill(process.pid, "SIGKILL");
      }
    }, 500);`;
  const worker = new Worker(code, { eval: true, execArgv: [], workerData: { cell, hangs: HANGS } });
  worker.unref();
  return worker;
}

const counted = (counts: Map<string, number>, what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
const mebibytes = (bytes: number) => `${Math.round(bytes / 1048576)} MiB`;

/**
 * Feeds `count` mutated XMLs and ZIPs to all that reads what comes from outside: receipts, inspection, packing, schemas,
 * rules. Ends at the first one that throws what is not a refusal, takes over 2 s, or brings memory over 1 GiB; one that
 * never ends takes the process with it, after saying its number.
 */
export async function fuzz({ count, seed, first = 0, tell = () => {} }: FuzzOptions): Promise<FuzzResult> {
  const result: FuzzResult = {
    documents: new Map(),
    deliveries: new Map(),
    longest: { ms: 0, case: -1 },
    peakMemory: 0,
  };
  const seeds = await makeSeeds();
  const store = new SchemaStore();
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const dog = watchdog(cell);
  try {
    // The thread starts and libxml2 compiles the schemas once: that is no case's time.
    for (const bytes of seeds.xmls) await asDocument(bytes, "a.xml", store);
    for (let number = first; number < first + count; number++) {
      Atomics.store(cell, 0, number);
      const { name, bytes } = await makeCase(seeds, new Random(Math.imul(seed ^ number, 0x9e3779b1) ^ seed));
      // Of the process, not of the clock: a busy machine makes no case slow.
      const before = process.cpuUsage();
      let error: unknown;
      try {
        counted(result.deliveries, await asDelivery(bytes));
        counted(result.documents, await asDocument(bytes, name, store));
      } catch (thrown) {
        error = thrown;
      }
      const { user, system } = process.cpuUsage(before);
      const ms = (user + system) / 1_000;
      const memory = process.memoryUsage.rss();
      if (ms > result.longest.ms) result.longest = { ms, case: number };
      result.peakMemory = Math.max(result.peakMemory, memory);
      if (ms > LONGEST) error ??= new Error(`took ${Math.round(ms)} ms`);
      if (memory > MOST_MEMORY) error ??= new Error(`memory is at ${mebibytes(memory)}`);
      if (error !== undefined) {
        const file = join(tmpdir(), `fuzz-${seed}-${number}${name.slice(1)}`);
        writeFileSync(file, bytes);
        result.broken = { case: number, error, file };
        break;
      }
      const done = number - first + 1;
      if (done % Math.ceil(count / 20) === 0) {
        tell(`  ${done} cases, ${mebibytes(memory)}, longest so far ${result.longest.ms.toFixed(0)} ms`);
      }
    }
  } finally {
    await dog.terminate();
    await store.close();
  }
  return result;
}
