import { join } from "node:path";
import { connect } from "amqplib";
import { removeScratch, scratch } from "../test/support/scratch.js";
import { SlowDisk } from "../test/support/slow-disk.js";
import { openTheatre } from "../test/support/stage.js";
import { writeDocuments } from "./parts/documents.js";
import { Ours } from "./parts/ours.js";

/**
 * `npm run build && npx tsx bench/slow-disk.ts [documents] [milliseconds]`: that many declarations through Node-RED with example 01, on the
 * disk as it is and on one whose every sync takes so long. Printed is the longest block of Node-RED's event loop by the clock, what of
 * it was work of the main thread, and how many syncs the main thread did itself: each of these is a block, whatever else the machine does.
 */
const COUNT = Number(process.argv[2] ?? 100);
const DELAY = Number(process.argv[3] ?? 200);

async function main(): Promise<void> {
  const dir = scratch();
  const disk = new SlowDisk(dir);
  const theatre = await openTheatre();
  const model = await connect(theatre.broker.url, { noDelay: true });
  const settings = { theatre, env: disk.environment, clientId: "SLOW0001", inFlight: 20 };
  const ours = await Ours.start(await model.createConfirmChannel(), settings);
  try {
    for (const delay of [0, DELAY]) {
      disk.reset();
      disk.set("milliseconds", String(delay));
      const folder = join(dir, `documents-${delay}`);
      const { names } = await writeDocuments(folder, "16 KB bare", COUNT);
      disk.set("count");
      const { seconds, block, blockWall } = await ours.run(folder, names);
      const own = disk.log.filter((line) => line.startsWith(`${ours.pid} `));
      const blocking = own.filter((line) => line.endsWith(" main")).length;
      console.log(
        `a sync takes ${delay} ms more: ${COUNT} documents in ${seconds.toFixed(1)} s, longest block ${blockWall} ms, at work ${block} ms, ` +
          `${own.length} syncs, ${blocking} of them in the main thread`,
      );
    }
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
