import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readZip } from "../../lib/archive/index.js";
import { BOX_NAMES, type BoxPath } from "../../lib/files/box-place.js";
import { DEMO_IDENTITY, decXml, freshKey, twoEdocs } from "../../simulator/samples/index.js";
import { judge, type Verdict } from "./checker.js";
import { Deployer } from "./deploys.js";
import { elsewhere } from "./elsewhere.js";
import { clockEnvironment } from "./faults/clock.js";
import { type Fault, pause, type Scene } from "./faults/fault.js";
import { receiptsLeft } from "./faults/receipts.js";
import { cleanUp, PDF_STYLES, produce, STYLES } from "./producer.js";
import type { Bag, Random } from "./random.js";
import { type OwnTheatre, Stage, type Theatre } from "./stage.js";

/** One document of so many is a bare XML with two PDFs. */
const WITH_PDFS = 5;
/** Of so many faults that last, one has Node-RED killed and started again in its middle. */
const KILLED = 4;
/** Milliseconds after the last fault in which everything has to come to its end by itself. */
const SETTLED_WITHIN = 150_000;
const LOOK = 250;

export interface Round extends Verdict {
  faults: string[];
  /** Documents that were held for a person, and released by the test. */
  released: number;
  /** Cards whose PIN guard a kill in the middle of a login had closed, until the test opened it as a person does. */
  guardsOpened: number;
  /** Files that lie in a box where nothing may lie any more. */
  left: string[];
  /** PDFs that went out otherwise than they were handed in. */
  spoiltPdfs: string[];
  /** What a fault saw that it may not see. */
  violations: string[];
  /** From the end of the last fault to the end of the last document. */
  settledAfter: number;
  seconds: number;
}

/** A client whose times are short, so that a round sees what otherwise takes half an hour, and whose clock can be set. */
export function faultStage(theatre: Theatre, clientId: string, boxPaths: readonly BoxPath[] = []): Stage {
  return new Stage(theatre, {
    clientId,
    client: { boxPaths },
    env: clockEnvironment,
    flow: (nodes) => {
      for (const node of nodes) {
        // A frozen broker is given up within a round.
        if (node.type === "sw-mq-broker") node.heartbeat = "2";
        if (node.type === "sw-mq-send") node.confirmTimeout = "3";
        if (node.type === "sw-folder-watch") Object.assign(node, { maxInFlight: "50", incompleteAfter: "45" });
        if (node.type === "sw-settle") node.retryAfter = "2";
        if (node.type === "sw-import-client") node.missingAfter = "45";
      }
    },
  });
}

/** Some boxes of a client on another volume, TempBox or an archive among them: never the same two times. */
export function boxesElsewhere(random: Random): BoxPath[] {
  const folder = elsewhere();
  const sure = random.pick(["TempBox", "SentBox", "InBox"] as const);
  return BOX_NAMES.filter((box) => box === sure || random.between(1, 2) === 1).map((box) => ({
    ...{ folder: "DecCus001", box },
    path: join(folder, box),
  }));
}

interface Load {
  keys: string[];
  /** By own number: the PDFs of a document. */
  edocs: Map<string, { id: string; bytes: Buffer }[]>;
}

function newLoad(documents: number): Load {
  const keys = Array.from({ length: documents }, () => freshKey());
  const withPdfs = keys.filter((_key, index) => index % WITH_PDFS === 0);
  return { keys, edocs: new Map(withPdfs.map((key) => [key, twoEdocs(DEMO_IDENTITY.region, key)])) };
}

/** Writes a load as real producers do; some documents have PDFs, which come beside the XML, before it or after it (faq 15). */
async function produceLoad({ keys, edocs }: Load, outBox: string, random: Random): Promise<() => void> {
  const files = keys.flatMap((key) => {
    const pdfs = twoOrNone(edocs.get(key));
    const xml = { id: `${key}.xml`, bytes: decXml({ key, goods: 2, edocs: pdfs }), style: random.pick(STYLES) };
    return [xml, ...pdfs.map((pdf) => ({ ...pdf, style: random.pick(PDF_STYLES) }))];
  });
  const times = files.map(() => random.between(0, 3000));
  await Promise.all(
    files.map(async ({ id, bytes, style }, index) => {
      await pause(times[index] as number);
      await produce(outBox, id, bytes, style as (typeof STYLES)[number]);
    }),
  );
  return () => {
    for (const { id } of files) cleanUp(outBox, id);
  };
}

const twoOrNone = (edocs: { id: string; bytes: Buffer }[] | undefined) =>
  (edocs ?? []).map(({ id, bytes }, index) => ({ id, bytes, code: `0000000${index + 1}` }));

/** Brings one fault about and undoes it; now and then Node-RED is killed in its middle. Resolves to what was done, in words. */
async function commit(scene: Scene, name: string, fault: Fault): Promise<string> {
  const { random, stage } = scene;
  const [shortest, longest] = fault.lasts ?? [0, 0];
  const lasts = random.between(shortest, longest);
  const killed = fault.lasts !== undefined && fault.needsNodeRed !== true && random.between(1, KILLED) === 1;
  const undo = await fault.begin(scene);
  try {
    await pause(killed ? lasts / 2 : lasts);
    if (killed) {
      await stage.nodeRed.kill("SIGKILL");
      await stage.startNodeRed();
      await pause(lasts / 2);
    }
  } finally {
    await undo();
  }
  return `${name}${fault.lasts ? ` ${(lasts / 1000).toFixed(1)} s` : ""}${killed ? " and a kill" : ""}`;
}

/** One round: a load of documents, written as real producers do, and one to three faults in the middle of it. */
export async function faultRound(
  theatre: OwnTheatre,
  stage: Stage,
  random: Random,
  documents: number,
  faults: Bag<[name: string, fault: Fault]>,
): Promise<Round> {
  const start = Date.now();
  const load = newLoad(documents);
  const { keys } = load;
  stage.noteLoad(keys);
  const scene: Scene = {
    ...{ theatre, stage, random, deployer: new Deployer(stage) },
    ...{ tampered: new Set<string>(), archiveGone: false, burst: false, violations: [] },
  };
  const outBox = stage.box("DecCus001", "OutBox");
  const producing = produceLoad(load, outBox, random);
  const said: string[] = [];
  for (let times = random.between(1, 3); times > 0; times--) {
    await pause(random.between(200, 2500));
    said.push(await commit(scene, ...faults.draw()));
  }
  (await producing)();
  const over = Date.now();
  const { released, guardsOpened } = await settled(stage, keys, scene.tampered);
  if (scene.burst) scene.violations.push(...(await receiptsLeft(scene, SETTLED_WITHIN)));
  const settledAfter = (Date.now() - over) / 1000;
  return {
    ...judge(stage, keys, scene.tampered),
    faults: said,
    released,
    guardsOpened,
    left: leftOver(stage, scene.tampered),
    spoiltPdfs: scene.archiveGone ? [] : await spoiltPdfs(stage, load, scene.tampered),
    violations: scene.violations,
    settledAfter,
    seconds: (Date.now() - start) / 1000,
  };
}

/**
 * Waits until every document has come to its end and every file to its place, or the time for it is over; nobody restarts anything for it. Does what a
 * person does, and gives how often: releases what is held, and opens a PIN guard that was closed because nobody knows what came of a login.
 */
async function settled(
  stage: Stage,
  keys: readonly string[],
  mayFail: ReadonlySet<string>,
): Promise<Pick<Round, "released" | "guardsOpened">> {
  const mine = new Set(keys);
  const released = new Set<string>();
  let guardsOpened = 0;
  const end = Date.now() + SETTLED_WITHIN;
  for (;;) {
    const rows = stage.rows().filter(({ clientKey }) => mine.has(clientKey));
    for (const { id, state } of rows) {
      if (state !== "held") continue;
      await releaseHeld(stage, id);
      released.add(id);
    }
    if (rows.some(({ code, settled }) => !settled && code === "SW-PIN-BLOCKED"))
      guardsOpened += await openGuards(stage);
    const ended = rows.filter(
      ({ state, settled, clientKey }) =>
        settled && (state === "accepted" || (state === "failed" && mayFail.has(clientKey))),
    );
    const atEnd = new Set(ended.map(({ clientKey }) => clientKey)).size === mine.size && ended.length === rows.length;
    if ((atEnd && leftOver(stage, mayFail).length === 0) || Date.now() > end)
      return { released: released.size, guardsOpened };
    await pause(LOOK);
  }
}

/** The PINs of the rounds are right: where one counts as refused, its login was killed. Resolves to how many guards were opened. */
async function openGuards(stage: Stage): Promise<number> {
  const [client] = (await stage.ask<{ cards: { id: string; code?: string }[] }[]>("status").catch(() => [])) ?? [];
  const closed = (client?.cards ?? []).filter(({ code }) => code === "SW-PIN-GUARD" || code === "SW-PIN-BLOCKED");
  for (const { id } of closed)
    await stage.ask(`cards/${id}/release`, { reason: "the login was killed, the PIN is right" }).catch(() => undefined);
  return closed.length;
}

/** As a person does it: again as it was, and where its bytes are gone, as what the other side knows of it. */
async function releaseHeld(stage: Stage, id: string): Promise<void> {
  const release = (as: string) =>
    stage
      .ask<{ code?: string }>(`documents/${id}/release`, { reason: "the test has looked", as })
      .catch(() => undefined);
  if ((await release("resend"))?.code !== "SW-STATE") return;
  const arrived = stage.simulated().some(({ event, messageId }) => event === "delivered" && messageId?.startsWith(id));
  await release(arrived ? "sent" : "failed");
}

const tamperedEver = new WeakMap<Stage, Set<string>>();

/** PDFs go with their documents: none stays behind, none is refused as one that nobody named. */
function leftOver(stage: Stage, tampered: ReadonlySet<string>): string[] {
  // What was laid hands on in an earlier round may lie in FailBox since, as a person has decided.
  const ever = tamperedEver.get(stage) ?? new Set();
  tamperedEver.set(stage, ever);
  for (const key of tampered) ever.add(key);
  return ["OutBox", "TempBox", "FailBox"].flatMap((box) =>
    stage
      .files("DecCus001", box)
      .filter((name) => ![...ever].some((key) => name.includes(key)))
      .map((name) => `${box}/${name}`),
  );
}

/** What was sent, as SentBox keeps it, beside what was handed in. */
async function spoiltPdfs(stage: Stage, { edocs }: Load, tampered: ReadonlySet<string>): Promise<string[]> {
  const box = stage.box("DecCus001", "SentBox");
  const spoilt: string[] = [];
  const names = stage.files("DecCus001", "SentBox");
  for (const [key, pdfs] of edocs) {
    if (tampered.has(key)) continue;
    for (const name of names.filter((file) => file.startsWith(key) && file.endsWith(".zip"))) {
      const entries = await readZip(readFileSync(join(box, name)));
      for (const { id, bytes } of pdfs) {
        const sent = entries.find((entry) => entry.name === id);
        if (!sent?.bytes.equals(bytes)) spoilt.push(`${name}: ${id} ${sent ? "has other bytes" : "is missing"}`);
      }
    }
  }
  return spoilt;
}
