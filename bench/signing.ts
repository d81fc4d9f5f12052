/**
 * What signing costs beside the PKCS#11 module alone: signs a second with one RSA 2048 key of a SoftHSM2 token, ours over
 * the bare module's own calls.
 *
 *     npx tsx bench/signing.ts [signatures a round] [rounds]
 *
 * The bare module blocks its process for each signature, so it has one number only. The backend is asked for one signature
 * after the other, and for all at once. card-sign is the node in a real Node-RED process (`npm run build` first) with twenty
 * declarations in flight, as folder-watch gives them out; serially it has one.
 *
 * Rounds take turns, so that whatever else the machine does falls on all alike; printed are the medians, and the median ratio
 * of each turn's own pair.
 */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openCard } from "../lib/signing/open.js";
import { startNodeRed } from "../scripts/node-red.js";
import { freePort } from "../scripts/ports.js";
import { makeSoftToken, type SoftToken } from "../scripts/soft-token.js";
import { DEMO_IDENTITY, decXml } from "../simulator/samples/index.js";
import { cardNode, clientNode } from "../test/support/flow-nodes.js";
import { removeScratch, scratch } from "../test/support/scratch.js";
import { barePkcs11 } from "./parts/bare-cards.js";
import { median } from "./parts/median.js";

const COUNT = Number(process.argv[2] ?? 200);
const ROUNDS = Number(process.argv[3] ?? 11);
const PIN = "Pin-550123";

/**
 * A flow that measures inside a real Node-RED: `GET /sign?count=&inFlight=` has so many declarations checked by preflight,
 * which reads them as in the example flow, then lets so many at a time through card-sign, and answers with the milliseconds
 * from card-sign's first input to its last output.
 */
function measuringFlow(token: SoftToken): object[] {
  const at = { z: "tab", name: "", x: 100, y: 100 };
  const code = (id: string, func: string, ...wires: string[][]) => {
    return { ...at, id, type: "function", func, outputs: wires.length, initialize: "", finalize: "", libs: [], wires };
  };
  const make = `
    const count = Number(msg.req.query.count);
    flow.set("run", { count, asked: msg, inFlight: Number(msg.req.query.inFlight), ready: [], left: count });
    for (let number = 1; number <= count; number++) {
      const document = { id: String(number), fileName: "a.xml", messageType: "DEC", business: "DecCus001", claimedAt: 0, attempt: 1 };
      node.send({ payload: Buffer.from(env.get("BENCH_DOCUMENT")), filename: "a.xml", document });
    }`;
  const gather = `
    const run = flow.get("run");
    run.ready.push(msg);
    if (run.ready.length < run.count) return;
    run.start = Date.now();
    for (let number = 0; number < run.inFlight; number++) node.send(run.ready.pop(), false); // Not a copy: it has been read.`;
  const arrived = `
    const run = flow.get("run");
    if (--run.left > 0) return [run.ready.pop(), null];
    const { asked } = run;
    flow.set("run", undefined);
    asked.payload = String(Date.now() - run.start);
    return [null, asked];`;
  const client = clientNode(join(scratch(), "ImpPath"));
  return [
    { id: "tab", type: "tab", label: "" },
    client,
    { ...cardNode(token), pinEnv: "SW_CARD_PIN" },
    { ...at, id: "in", type: "http in", url: "/sign", method: "get", wires: [["make"]] },
    code("make", make, ["preflight"]),
    { ...at, id: "preflight", type: "sw-preflight", client: "client", card: "card", wires: [["gather"], ["gather"]] },
    code("gather", gather, ["sign"]),
    { ...at, id: "sign", type: "sw-card-sign", card: "card", profile: "auto", wires: [["arrived"]] },
    code("arrived", arrived, ["sign"], ["out"]),
    { ...at, id: "out", type: "http response", wires: [] },
  ];
}

async function main(): Promise<void> {
  const dir = scratch();
  process.env.SW_PIN_GUARD = join(dir, "pin-guard");
  const company = { code: DEMO_IDENTITY.customsCode, name: "Bench" };
  const token = await makeSoftToken({ dir: join(dir, "token"), label: "bench", pin: PIN, company });
  const bare = barePkcs11(token, PIN);
  const card = openCard({
    ...{ backend: "pkcs11", pin: PIN, module: token.module, token: token.label, keyFile: "", controlUrl: "" },
    moduleEnvironment: { SOFTHSM2_CONF: token.config },
  });
  const flowFile = join(dir, "flow.json");
  writeFileSync(flowFile, JSON.stringify(measuringFlow(token)));
  const nodeRed = await startNodeRed({
    userDir: join(dir, "node-red"),
    port: await freePort(),
    flowFile,
    env: { SW_CARD_PIN: PIN, SOFTHSM2_CONF: token.config, BENCH_DOCUMENT: decXml({ goods: 3 }).toString() },
  });
  const data = randomBytes(4096);
  /** Milliseconds of a piece of work. */
  const timed = async (work: () => unknown): Promise<number> => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
  const serially = async (work: () => unknown) => {
    for (let index = 0; index < COUNT; index++) await work();
  };
  const inNodeRed = async (inFlight: number): Promise<number> => {
    const url = `${nodeRed.url}/sign?count=${COUNT}&inFlight=${inFlight}`;
    const answer = await fetch(url, { signal: AbortSignal.timeout(30_000) }).catch((cause) => {
      throw new Error(nodeRed.lines.slice(-5).join("\n"), { cause });
    });
    return Number(await answer.text());
  };
  const ways: Record<string, () => Promise<number>> = {
    "bare module": () => timed(() => serially(() => bare.sign(data))),
    "backend, serial": () => timed(() => serially(() => card.sign("rsa-sha256", data))),
    "backend, all at once": () =>
      timed(() => Promise.all(Array.from({ length: COUNT }, () => card.sign("rsa-sha256", data)))),
    "card-sign, serial": () => inNodeRed(1),
    "card-sign, 20 in flight": () => inNodeRed(20),
  };
  const rates = new Map<string, number[]>();
  try {
    for (let round = -1; round < ROUNDS; round++) {
      for (const [name, way] of Object.entries(ways)) {
        const rate = (COUNT * 1000) / (await way());
        // The first round logs in and warms up.
        if (round >= 0) rates.set(name, [...(rates.get(name) ?? []), rate]);
      }
    }
  } finally {
    bare.close();
    await card.close();
    await nodeRed.stop();
    removeScratch();
  }
  const base = rates.get("bare module") as number[];
  console.log(`${ROUNDS} rounds of ${COUNT} signatures, RSA 2048, SHA-256, signs a second (medians):`);
  for (const [name, list] of rates) {
    const ratio = median(list.map((rate, round) => rate / (base[round] as number)));
    console.log(`  ${name.padEnd(26)} ${median(list).toFixed(0).padStart(6)}  ${ratio.toFixed(2)} x bare module`);
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
