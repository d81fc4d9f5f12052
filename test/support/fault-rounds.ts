import { join } from "node:path";
import { DEMO_IDENTITY, decXml, freshKey, twoEdocs } from "../../simulator/samples/index.js";
import { judge, type Verdict } from "./checker.js";
import { produce, STYLES } from "./producer.js";
import type { Random } from "./random.js";
import { type Stage, type Theatre, until } from "./stage.js";

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What is done to the machine in the middle of a load. Each leaves everything running again. */
const FAULTS: Record<string, (theatre: Theatre, stage: Stage, random: Random) => Promise<void>> = {
  "kill Node-RED": async (_theatre, stage) => {
    await stage.nodeRed.kill("SIGKILL");
    await stage.startNodeRed();
  },
  "restart Node-RED": async (_theatre, stage) => {
    await stage.nodeRed.stop();
    await stage.startNodeRed();
  },
  "kill the broker": async ({ broker }) => {
    await broker.kill("SIGKILL");
    await broker.restart();
  },
  "restart the broker": ({ broker }) => broker.restart(),
  "freeze the broker": async ({ broker }, _stage, random) => {
    broker.pause();
    // Longer than two heartbeats of the flow gives the connection up, shorter does not.
    await pause(random.between(200, 6000));
    broker.resume();
  },
  "memory alarm": async ({ broker }, _stage, random) => {
    await broker.rabbitmqctl("set_vm_memory_high_watermark", "absolute", "1MB");
    await pause(random.between(200, 2000));
    await broker.rabbitmqctl("set_vm_memory_high_watermark", "0.6");
  },
  "queue that rejects": async ({ broker }, stage, random) => {
    const queue = `^Q_Send${stage.clientId}$`;
    await broker.rabbitmqctl(
      "set_policy",
      "full",
      queue,
      '{"max-length":1,"overflow":"reject-publish"}',
      "--apply-to",
      "queues",
    );
    await pause(random.between(200, 1500));
    await broker.rabbitmqctl("clear_policy", "full");
  },
};

/** One document of so many is a bare XML with two PDFs. */
const WITH_PDFS = 10;

export interface Round extends Verdict {
  faults: string[];
  /** Documents that were held for a person, and released by the test. */
  released: number;
  seconds: number;
}

/** One round: a load of documents, written as real producers do, and one to three faults in the middle of it. */
export async function faultRound(theatre: Theatre, stage: Stage, random: Random, documents: number): Promise<Round> {
  const start = Date.now();
  const keys = Array.from({ length: documents }, () => freshKey());
  stage.noteLoad(keys);
  const outBox = join(stage.root, "DecCus001", "OutBox");
  const producing = Promise.all(
    keys.flatMap((key, index) => {
      // Some have PDFs, which come beside the XML, before it or after it (faq 15).
      const edocs = index % WITH_PDFS === 0 ? twoEdocs(DEMO_IDENTITY.region, key) : [];
      const xml = { id: `${key}.xml`, bytes: decXml({ key, goods: 2, edocs }) };
      return [xml, ...edocs].map(async ({ id, bytes }) => {
        await pause(random.between(0, 3000));
        await produce(outBox, id, bytes, random.pick(STYLES));
      });
    }),
  );
  const faults = Array.from({ length: random.between(1, 3) }, () => random.pick(Object.keys(FAULTS)));
  for (const fault of faults) {
    await pause(random.between(200, 2500));
    await FAULTS[fault]?.(theatre, stage, random);
  }
  await producing;
  let released = 0;
  let open: unknown[] = [];
  await until(
    () => `the end of ${documents} documents after: ${faults.join(", ")}; open: ${JSON.stringify(open.slice(0, 5))}`,
    async () => {
      const mine = new Set(keys);
      const rows = stage.rows().filter(({ clientKey }) => mine.has(clientKey));
      for (const row of rows.filter(({ state }) => state === "held")) {
        await stage.ask(`documents/${row.id}/release`, { reason: "the test has looked" });
        released++;
      }
      open = rows.filter(({ state, settled }) => !settled || state !== "accepted");
      return rows.length === documents && rows.every(({ state, settled }) => settled && state === "accepted");
    },
    90_000,
  );
  return { ...judge(stage, keys), faults, released, seconds: (Date.now() - start) / 1000 };
}
