import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { LARGEST } from "../lib/boxes/content.js";
import type { ImportClient } from "../lib/client/import-client.js";
import { FolderWatch } from "../lib/watch/folder-watch.js";
import { openClient } from "../test/support/client.js";
import { removeScratch } from "../test/support/scratch.js";

/**
 * `npx tsx bench/watching.ts [waiting files, separated by commas] [documents] [ms]`: what it costs to watch a folder with so many files, to
 * claim and to settle them, without Node-RED, checks, card and broker: a document is on its way for so many milliseconds (100), twenty
 * at a time. Processor time of this process; `x` is beside the first line.
 */
const WAITING = (process.argv[2] ?? "100,10000,100000").split(",").map(Number);
const COUNTED = Number(process.argv[3] ?? 600);
const AWAY = Number(process.argv[4] ?? 100);

let written = 0;

/** Lays files into the OutBox, whole at once. */
function lay(client: ImportClient, count: number): void {
  const outBox = client.folders.of("DecCus001").box("OutBox");
  const beside = join(client.settings.root, "beside");
  mkdirSync(beside, { recursive: true });
  const names = Array.from({ length: count }, () => `${++written}.xml`);
  const rest = "<Item>1</Item>".repeat(1000);
  for (const name of names) writeFileSync(join(beside, name), `<DecMessage><A>${name}</A>${rest}</DecMessage>`);
  for (const name of names) renameSync(join(beside, name), join(outBox, name));
}

/** CPU milliseconds of a document while there are so many, or as many as that at the beginning. */
async function cost(waiting: number): Promise<{ cpu: number; rate: number }> {
  const client = await openClient();
  client.folders.of("DecCus001").make();
  const { ledger, claims } = client;
  let done = 0;
  const carry = async (id: string) => {
    await pause(AWAY);
    await claims.send(id, "{}", false, "");
    await ledger.transition(id, { from: ["sending"], to: "sent" }, { sentAt: 1 }, { event: "sent" });
    await claims.settle(id);
    done++;
  };
  const settings = {
    owner: "bench",
    businesses: ["DecCus001"],
    interval: 2000,
    maxInFlight: 20,
    incompleteAfter: 60_000,
  };
  const watch = new FolderWatch(
    client,
    { ...settings, mostBytes: LARGEST, createBoxes: true, pdfWait: 60_000 },
    { onClaim: ({ id }) => void carry(id).catch(console.error), onNotice: console.error, onRound: () => {} },
  );
  const until = async (count: number) => {
    while (done < count) await pause(10);
  };
  lay(client, waiting);
  watch.start();
  // The producer is known by then.
  await until(Math.min(waiting, 50));
  const sum = { cpu: 0, seconds: 0, documents: 0 };
  while (sum.documents < COUNTED) {
    const left = readdirSync(client.folders.of("DecCus001").box("OutBox")).length;
    if (left < 20) lay(client, waiting);
    const [from, start, before] = [done, performance.now(), process.cpuUsage()];
    await until(Math.min(from + Math.max(20, left - 20), from + COUNTED));
    const { user, system } = process.cpuUsage(before);
    sum.cpu += (user + system) / 1000;
    sum.seconds += (performance.now() - start) / 1000;
    sum.documents += done - from;
  }
  await watch.stop();
  await pause(AWAY + 200);
  await client.close();
  rmSync(client.settings.root, { recursive: true });
  return { cpu: sum.cpu / sum.documents, rate: sum.documents / sum.seconds };
}

async function main(): Promise<void> {
  let first: number | undefined;
  for (const waiting of WAITING) {
    const found = await cost(waiting);
    first ??= found.cpu;
    console.log(
      `${String(waiting).padStart(7)} waiting ${found.cpu.toFixed(2).padStart(7)} CPU ms a document  x ${(found.cpu / first).toFixed(2)}  ` +
        `${found.rate.toFixed(0).padStart(4)}/s`,
    );
  }
  removeScratch();
}

main().then(
  () => process.exit(),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
