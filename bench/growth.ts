import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { connect } from "amqplib";
import { removeScratch, scratch } from "../test/support/scratch.js";
import { openTheatre } from "../test/support/stage.js";
import { writeDocuments } from "./parts/documents.js";
import { cpuSeconds, peakMemory } from "./parts/measure.js";
import { Ours } from "./parts/ours.js";

/**
 * `npm run build && npx tsx bench/growth.ts [waiting files, separated by commas]`: what a document costs Node-RED with
 * example 01 and the processes below it while so many files wait.
 * Each line is of 1,000 documents or a few more, in one run of one process; `x` is beside the first line. `100,10000,100000` goes further.
 */
const WAITING = (process.argv[2] ?? "100,10000").split(",").map(Number);
const COUNTED = 1000;

let first: number | undefined;

function print(name: string, { cpu, seconds, documents }: { cpu: number; seconds: number; documents: number }): void {
  const each = (cpu * 1000) / documents;
  first ??= each;
  console.log(
    `${name.padEnd(46)} ${each.toFixed(2).padStart(6)} CPU ms a document  x ${(each / first).toFixed(2)}  ` +
      `${(documents / seconds).toFixed(0).padStart(5)}/s`,
  );
}

/** What documents cost while there are so many waiting, or as many as that at the beginning. */
async function cost(ours: Ours, dir: string, waiting: number) {
  const outBox = join(ours.stage.root, "DecCus001", "OutBox");
  const sentBox = join(ours.stage.root, "DecCus001", "SentBox");
  const sum = { cpu: 0, seconds: 0, documents: 0 };
  while (sum.documents < COUNTED) {
    const { names } = await writeDocuments(join(dir, "in"), "16 KB bare", waiting);
    const sentTo = (count: number) => async () => {
      while (readdirSync(sentBox).length < count) await pause(20);
    };
    const before = readdirSync(sentBox).length;
    for (const name of names) renameSync(join(dir, "in", name), join(outBox, name));
    // Whatever was sent while they were laid there counts in neither figure.
    const [cpu, begin, from] = [cpuSeconds([ours.pid]), performance.now(), readdirSync(sentBox).length];
    const to = Math.min(before + waiting, from + COUNTED);
    await sentTo(to)();
    const reached = readdirSync(sentBox).length;
    sum.seconds += (performance.now() - begin) / 1000;
    sum.cpu += cpuSeconds([ours.pid]) - cpu;
    sum.documents += reached - from;
    // What still waits would be a load of the next line.
    for (const name of readdirSync(outBox)) rmSync(join(outBox, name), { force: true });
    await pause(1_000);
  }
  return sum;
}

async function main(): Promise<void> {
  const dir = scratch();
  mkdirSync(join(dir, "in"));
  const theatre = await openTheatre();
  const model = await connect(theatre.broker.url, { noDelay: true });
  const settings = { theatre, env: {}, clientId: "GROW0001", inFlight: 20 };
  const ours = await Ours.start(await model.createConfirmChannel(), settings);
  try {
    await cost(ours, dir, 100);
    for (const waiting of WAITING) print(`${waiting} waiting`, await cost(ours, dir, waiting));
    console.log(`peak memory ${peakMemory([ours.pid]).toFixed(0)} MB`);
  } finally {
    await ours.stop();
    await model.close();
    await theatre.close();
    removeScratch();
  }
}

main().then(
  () => process.exit(),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
