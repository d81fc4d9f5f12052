import { existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { SYSTEM_IDS } from "../lib/ids.js";
import { matchReceipt } from "../lib/intake/match.js";
import type { DocumentQuery, DocumentRow, Ledger } from "../lib/ledger/index.js";
import { openLedger } from "../lib/ledger/index.js";
import { record } from "../lib/receipts/record.js";
import { Random } from "../test/support/random.js";
import { documentRow, newReceipt, step } from "../test/support/rows.js";
import { removeScratch, scratch } from "../test/support/scratch.js";
import { customsNoOf, fillLedger, idOf, isAnswered, keyOf, seqNoOf, timeOf } from "./parts/large-ledger.js";
import { inLanes, quantile } from "./parts/measure.js";

/**
 * `npx tsx bench/ledger.ts [documents] [receipts of each] [folder]`: a ledger of 1,000 documents beside one of so many (1,000,000), in one
 * process: everything that is asked of it, the time that takes (median, 99 of 100), its processor time, `x` beside the small one, the
 * longest block of the event loop, and the memory of the process. A folder keeps the ledgers for the next time.
 */
const DOCUMENTS = Number(process.argv[2] ?? 1_000_000);
const RECEIPTS = Number(process.argv[3] ?? 2);
const GIVEN = process.argv[4];
const SMALL = 1_000;

interface Job {
  name: string;
  times: number;
  /** Side by side. */
  lanes?: number;
  work(ledger: Ledger, size: number): Promise<unknown>;
}

interface Figures {
  median: number;
  most: number;
  cpu: number;
  block: number;
}

const random = new Random(Number(process.env.SW_SEED ?? 20261125));
const any = (size: number) => random.between(0, size - 1);
const answered = (size: number) => {
  const index = any(size);
  return isAnswered(index) ? index : index - 1;
};
const delay = monitorEventLoopDelay({ resolution: 2 });

async function measure({ times, lanes = 1, work }: Job, ledger: Ledger, size: number): Promise<Figures> {
  for (let round = 0; round < Math.min(20, times); round++) await work(ledger, size);
  await new Promise((resolve) => setTimeout(resolve, 20));
  delay.reset();
  const taken: number[] = [];
  const before = process.cpuUsage();
  await inLanes(Array.from({ length: times }), lanes, async () => {
    const start = performance.now();
    await work(ledger, size);
    taken.push(performance.now() - start);
    await new Promise((resolve) => setImmediate(resolve));
  });
  const { user, system } = process.cpuUsage(before);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const [median, most] = [quantile(taken, 0.5), quantile(taken, 0.99)];
  return { median, most, cpu: (user + system) / 1000 / times, block: delay.max / 1e6 };
}

const query = (name: string, asked: (size: number) => DocumentQuery, times = 200): Job => ({
  name,
  times,
  work: (ledger, size) => ledger.query({ limit: 50, ...asked(size) }),
});
const call = (name: string, work: Job["work"], times = 200): Job => ({ name, times, work });

const QUERIES: readonly Job[] = [
  query("page: newest", () => ({})),
  query("page: in the middle", (size) => ({ before: idOf(any(size)) })),
  query("page: a state", () => ({ state: "accepted" })),
  query("page: several states", () => ({ state: ["accepted", "rejected", "failed", "held"] })),
  query("page: a business", () => ({ business: "decCUS001" })),
  query("page: a business and states", () => ({ business: "sas", state: ["sent", "accepted"] })),
  query("page: a day", (size) => ({ from: timeOf(any(size)), to: timeOf(any(size)) + 86_400_000 })),
  query("page: own number", (size) => ({ key: keyOf(any(size)) })),
  query("page: 18-digit number", (size) => ({ key: seqNoOf(any(size)) })),
  query("page: customs number", (size) => ({ key: customsNoOf(any(size)) })),
  query("page: beginning of a file name", (size) => ({ fileName: `报关单_${keyOf(any(size)).slice(0, 9)}*` })),
  query("page: text, a whole own number", (size) => ({ q: keyOf(any(size)) }), 50),
  query("page: text, 8 digits of a number", (size) => ({ q: seqNoOf(any(size)).slice(10) }), 50),
  query("page: text in every name", () => ({ q: "报关单" }), 50),
  query("page: text in no name", () => ({ q: "没有这样的名字" }), 50),
  query("page: text and a rare state", () => ({ q: "报关单", state: "sent" }), 50),
  query("page: late", () => ({ late: { sentBefore: timeOf(0), acceptedBefore: timeOf(0) } }), 10),
  query("page: two characters, in no name", () => ({ q: "船舶" }), 3),
  call("page: how many, all", (ledger) => ledger.count({}), 5),
  call("page: how many of a business", (ledger) => ledger.count({ business: "sas" }), 5),
  call("sidebar: documents by state", (ledger) => ledger.counts()),
  call("sidebar: one document with its story", (ledger, size) => ledger.story(idOf(any(size)))),
];

const UPKEEP: readonly Job[] = [
  call("claims that wait for a flow", (ledger) => ledger.waitingClaims(20)),
  call("reconcile: open claims", (ledger) => ledger.unsettled({ after: "", limit: 500 })),
  call(
    "retention: 500 documents that ended",
    (ledger, size) => ledger.keptFiles(["accepted", "rejected", "failed"], timeOf(size), 500),
    20,
  ),
  call(
    "missing files: the next 500",
    (ledger, size) => {
      const index = answered(size);
      return ledger.keptAfter("accepted", { updatedAt: timeOf(index), id: idOf(index) }, 500);
    },
    20,
  ),
  call("overdue: where a time begins", (ledger, size) => ledger.lastEventBefore(timeOf(any(size)))),
  call("overdue: the next 500 events", (ledger, size) => ledger.eventsAfter(any(size), 500), 20),
  call("a new event's number", (ledger) => ledger.place()),
];

/** Of a new document: what the client writes from its claim to its end. */
const way: Job = {
  name: "a document: claimed, sending, sent, settled (20 at a time)",
  ...{ times: 1000, lanes: 20 },
  async work(ledger) {
    const id = SYSTEM_IDS.document(Date.now());
    const row = documentRow({ ...{ id, sha256: id, partsSha256: id, clientKey: id }, fileName: `${id}.xml` });
    await ledger.openAt(row.business, "OutBox", row.fileName);
    await ledger.bySha256(row.sha256);
    await ledger.claim(row, { sameKey: true });
    await ledger.transition(row.id, step("sending"), { sendingAt: 1, wire: "{}" }, { event: "sending" });
    await ledger.transition(row.id, step("sent"), { sentAt: 2 }, { event: "sent" });
    await ledger.update(row.id, { settled: true, box: "SentBox" }, { event: "settled" });
  },
};

/** A file that was sent before, and one with the own number of such a one: the claim finds it. */
const repeated = (name: string, of: (index: number) => Partial<DocumentRow>): Job => ({
  name,
  ...{ times: 200, lanes: 20 },
  async work(ledger, size) {
    const index = any(size);
    const id = SYSTEM_IDS.document(Date.now());
    const business = "DecCus001";
    const row = documentRow({ ...{ id, sha256: id, partsSha256: id, clientKey: id, business }, ...of(index) });
    const earlier = await ledger.claim(row, { sameKey: true });
    if (!earlier || earlier.clientKey !== keyOf(index)) throw new Error(`the repeat of ${keyOf(index)} is not seen`);
    await ledger.withdraw(id);
  },
});

const match = (name: string, business: boolean, keys: (index: number) => object): Job => ({
  name,
  times: 1000,
  async work(ledger, size) {
    const index = business ? answered(size) : any(size);
    const format = business ? "DEC_RESULT" : "DecImportResponse";
    const receipt = record({
      kind: business ? "business" : "import",
      format,
      outcome: "good",
      code: "0",
      ...keys(index),
    });
    const { documentId } = await matchReceipt(receipt, { receivedAt: Date.now() }, ledger);
    if (documentId !== idOf(index)) throw new Error(`${JSON.stringify(keys(index))} found ${documentId}`);
  },
});

const RECEIPTS_COME: readonly Job[] = [
  match("receipt: by own number", false, (index) => ({ clientKey: keyOf(index) })),
  match("receipt: by own and 18-digit number", false, (index) => ({ clientKey: keyOf(index), seqNo: seqNoOf(index) })),
  match("receipt: of customs, by its numbers", true, (index) => ({
    seqNo: seqNoOf(index),
    customsNo: customsNoOf(index),
  })),
  {
    name: "receipt: stored with its effect (20 at a time)",
    ...{ times: 500, lanes: 20 },
    async work(ledger, size) {
      const index = answered(size);
      const [documentId, seqNo, at] = [idOf(index), seqNoOf(index), timeOf(index) + 10];
      const sha256 = SYSTEM_IDS.document(Date.now());
      const what = { kind: "business", format: "DEC_RESULT", statusCode: "R" } as const;
      await ledger.addReceipt(newReceipt({ documentId, ...what, seqNo, at, sha256 }));
    },
  },
];

const JOBS: readonly Job[] = [
  way,
  repeated("the duplicate guard: the same bytes", (index) => ({ sha256: String(index).padStart(64, "0") })),
  repeated("the duplicate guard: the same own number", (index) => {
    const business = ["DecCus001", "Sas", "Npts", "Nems", "Rmft", "Ceb", "Coo", "Acd"][index % 8] as string;
    return { clientKey: keyOf(index), business, operation: "G" };
  }),
  ...RECEIPTS_COME,
  ...UPKEEP,
  ...QUERIES,
];

async function ledgerOf(folder: string, documents: number): Promise<string> {
  const file = join(folder, `ledger-${documents}-${RECEIPTS}.db`);
  if (!existsSync(file)) {
    await (await openLedger(file)).close();
    const start = performance.now();
    fillLedger(file, { documents, receipts: RECEIPTS }, (text) => {
      if (documents > SMALL) console.log(`  ${((performance.now() - start) / 1000).toFixed(0)} s: ${text}`);
    });
  }
  const { size } = statSync(file);
  console.log(`${documents} documents: ${(size / 2 ** 20).toFixed(0)} MB, ${Math.round(size / documents)} bytes each`);
  return file;
}

async function opened(file: string): Promise<Ledger> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  const ledger = await openLedger(file, { create: false });
  const { user, system } = process.cpuUsage(before);
  console.log(`opened in ${(performance.now() - start).toFixed(1)} ms, ${((user + system) / 1000).toFixed(1)} CPU ms`);
  return ledger;
}

function print({ name }: Job, few: Figures, many: Figures): void {
  const ms = (value: number) => value.toFixed(2).padStart(8);
  console.log(
    `${name.padEnd(58)} ${ms(few.median)} ${ms(many.median)} ${ms(many.most)} | ${ms(few.cpu)} ${ms(many.cpu)} ` +
      `x ${(many.cpu / few.cpu).toFixed(2).padStart(5)} | block ${many.block.toFixed(0).padStart(4)} ms`,
  );
}

async function main(): Promise<void> {
  const folder = GIVEN ? resolve(GIVEN) : scratch();
  mkdirSync(folder, { recursive: true });
  const files = [await ledgerOf(folder, SMALL), await ledgerOf(folder, DOCUMENTS)] as const;
  const memory = () => (process.memoryUsage.rss() / 2 ** 20).toFixed(0);
  const few = await opened(files[0]);
  delay.enable();
  const ofFew: Figures[] = [];
  for (const job of JOBS) ofFew.push(await measure(job, few, SMALL));
  console.log(`memory after ${SMALL}: ${memory()} MB`);
  await few.close();
  const many = await opened(files[1]);
  console.log(`${"".padEnd(58)} median ms: ${SMALL}, ${DOCUMENTS}, its p99 | CPU ms: ${SMALL}, ${DOCUMENTS}`);
  for (const [index, job] of JOBS.entries()) print(job, ofFew[index] as Figures, await measure(job, many, DOCUMENTS));
  console.log(`memory after ${DOCUMENTS}: ${memory()} MB`);
  const start = performance.now();
  await many.close();
  console.log(`closed in ${(performance.now() - start).toFixed(0)} ms`);
  if (!GIVEN) rmSync(folder, { recursive: true, force: true });
  removeScratch();
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
