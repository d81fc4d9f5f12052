import { mkdirSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { firstIdAt } from "../lib/ids.js";
import { matchReceipt } from "../lib/intake/match.js";
import type { DocumentQuery, DocumentRow, Ledger, NewReceipt } from "../lib/ledger/index.js";
import { openLedger } from "../lib/ledger/index.js";
import { record } from "../lib/receipts/record.js";
import { Random } from "../test/support/random.js";
import { documentRow, newReceipt, step } from "../test/support/rows.js";
import { removeScratch, scratch } from "../test/support/scratch.js";

/**
 * `npx tsx bench/ledger.ts [documents] [receipts] [folder]`: fills a ledger through its own methods, then prints rows a
 * second, the file's size, the times of queries and of matching (median, 99th percentile, longest), and the event loop's
 * longest block meanwhile. A folder that already holds such a ledger is measured as it is.
 */
const DOCUMENTS = Number(process.argv[2] ?? 1_000_000);
const RECEIPTS = Number(process.argv[3] ?? 5_000_000);
const GIVEN = process.argv[4];
const SEED = Number(process.env.SW_SEED ?? 20261125);

/** Documents committed together, as a busy folder brings them. */
const BATCH = 200;
const FIRST_DAY = Date.UTC(2024, 0, 1);
const BUSINESSES = ["DecCus001", "Sas", "Npts", "Nems", "Rmft", "Ceb", "Coo", "Acd"];
const STATUSES = ["L", "P", "R", "G", "I"];

const digits = (value: number, length: number) => String(value).padStart(length, "0");
const keyOf = (index: number) => `E${digits(index, 9)}${digits((index * 7919) % 1_000_003, 7)}`;
const seqNoOf = (index: number) => `I2024${digits(index, 13)}`;
const customsNoOf = (index: number) => `5300202410${digits(index, 8)}`;

const delay = monitorEventLoopDelay({ resolution: 2 });
/** The longest block of the event loop since the last call, in milliseconds. */
function longestBlock(): number {
  const longest = delay.max / 1e6;
  delay.reset();
  return longest;
}

const random = new Random(SEED);
const timeOf = (index: number) => FIRST_DAY + index * 30_000;

function documentOf(index: number): DocumentRow {
  const time = timeOf(index);
  return documentRow({
    id: `${firstIdAt(time)}7000-8000-${digits(index, 12)}`,
    claimedAt: time,
    business: random.pick(BUSINESSES),
    fileName: `报关单_${keyOf(index)}_${digits(random.between(0, 9999), 4)}.xml`,
    boxName: `报关单_${keyOf(index)}_20240101000000000.xml`,
    box: "SentBox",
    size: 16_000,
    clientKey: keyOf(index),
    settled: true,
    sha256: digits(index, 64),
    sendingAt: time,
    wire: JSON.stringify({ messageId: digits(index, 36), headers: { fileName: "x".repeat(60) } }),
  });
}

function receiptOf(index: number, number: number, documentId: string, at: number): NewReceipt {
  const isImport = number === 0;
  return newReceipt({
    documentId,
    kind: isImport ? "import" : "business",
    format: isImport ? "DecImportResponse" : "DEC_RESULT",
    code: isImport ? "0" : (STATUSES[number % STATUSES.length] as string),
    clientKey: isImport ? keyOf(index) : "",
    seqNo: seqNoOf(index),
    customsNo: number > 1 ? customsNoOf(index) : "",
    statusCode: isImport ? "" : (STATUSES[number % STATUSES.length] as string),
    statusText: isImport ? "" : "海关入库",
    sha256: `${digits(index, 32)}${digits(number, 32)}`,
    messageId: digits(index, 36),
    folder: "DecCus001",
    file: `Receipt_报关单_${keyOf(index)}_20240101000000000.xml`,
    at,
    receivedAt: at,
  });
}

async function fill(ledger: Ledger): Promise<void> {
  const each = Math.max(1, Math.round(RECEIPTS / DOCUMENTS));
  let documents = 0;
  let receipts = 0;
  let spent = 0;
  const start = performance.now();
  while (documents < DOCUMENTS) {
    const batch = Array.from({ length: Math.min(BATCH, DOCUMENTS - documents) }, (_, offset) => ({
      index: documents + offset,
      row: documentOf(documents + offset),
    }));
    await Promise.all(batch.map(({ row }) => ledger.claim(row)));
    await Promise.all(batch.map(({ row }) => ledger.transition(row.id, step("sending"), {}, { event: "sending" })));
    const sent = batch.map(({ row }) =>
      ledger.transition(row.id, step("sent"), { sentAt: row.claimedAt }, { event: "sent" }),
    );
    await Promise.all(sent);
    documents += batch.length;
    const before = performance.now();
    for (let number = 0; number < each; number++) {
      // The last of every hundred waits for its receipts.
      const answered = batch.filter(({ index }) => index % 100 !== 99);
      await Promise.all(
        answered.map(({ index, row }) => ledger.addReceipt(receiptOf(index, number, row.id, row.claimedAt + number))),
      );
      receipts += answered.length;
    }
    spent += performance.now() - before;
    if (documents % 100_000 < BATCH) {
      console.log(
        `  ${documents} documents, ${receipts} receipts, ${((performance.now() - start) / 1000).toFixed(0)} s; longest block ${longestBlock().toFixed(0)} ms (a commit of ${BATCH})`,
      );
    }
  }
  const seconds = (performance.now() - start) / 1000;
  console.log(`filled: ${documents} documents and ${receipts} receipts in ${seconds.toFixed(0)} s`);
  console.log(
    `  documents ${(documents / (seconds - spent / 1000)).toFixed(0)}/s (claimed, sending, sent), receipts ${((receipts * 1000) / spent).toFixed(0)}/s`,
  );
}

/** Prints one line: how long a job takes, and how long it held up the event loop. */
async function measure(name: string, times: number, job: (round: number) => Promise<unknown>): Promise<void> {
  await job(0);
  await new Promise((resolve) => setTimeout(resolve, 20));
  longestBlock();
  const taken: number[] = [];
  for (let round = 0; round < times; round++) {
    const start = performance.now();
    await job(round);
    taken.push(performance.now() - start);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
  taken.sort((one, other) => one - other);
  const at = (part: number) =>
    (taken[Math.min(taken.length - 1, Math.floor(taken.length * part))] as number).toFixed(2);
  console.log(
    `${name.padEnd(58)} median ${at(0.5).padStart(8)} ms  p99 ${at(0.99).padStart(8)} ms  longest ${at(1).padStart(8)} ms  block ${longestBlock().toFixed(0).padStart(4)} ms`,
  );
}

async function queries(ledger: Ledger): Promise<void> {
  const page = await ledger.query({ limit: 1000 });
  const newest = page[0] as DocumentRow;
  const any = () => random.between(0, DOCUMENTS - 1);
  const ask = (name: string, times: number, query: (round: number) => DocumentQuery) =>
    measure(name, times, (round) => ledger.query({ limit: 50, ...query(round) }));
  await ask("newest page", 300, () => ({}));
  await ask("a page in the middle", 300, () => ({ before: firstIdAt(timeOf(any())) }));
  await ask("state", 300, () => ({ state: "accepted" }));
  await ask("several states", 300, () => ({ state: ["accepted", "rejected", "failed", "held"] }));
  await ask("business", 300, () => ({ business: "decCUS001" }));
  await ask("business and states", 300, () => ({ business: "sas", state: ["sent", "accepted"] }));
  await ask("a day", 300, () => {
    const from = timeOf(any());
    return { from, to: from + 24 * 3_600_000 };
  });
  await ask("key: own number", 300, () => ({ key: keyOf(any()) }));
  await ask("key: 18-digit number", 300, () => ({ key: seqNoOf(any()) }));
  await ask("key: customs number", 300, () => ({ key: customsNoOf(any()) }));
  await ask("file name", 300, () => ({ fileName: newest.fileName }));
  await ask("file name, its beginning", 300, () => ({ fileName: `报关单_${keyOf(any()).slice(0, 9)}*` }));
  await ask("text: whole own number", 100, () => ({ q: keyOf(any()) }));
  await ask("text: 8 digits out of a number", 100, () => ({ q: seqNoOf(any()).slice(10) }));
  await ask("text: in every name", 100, () => ({ q: "报关单" }));
  await ask("text: in no name", 100, () => ({ q: "没有这样的名字" }));
  await ask("text and a state that is rare", 100, () => ({ q: "报关单", state: "sent" }));
  await ask("text and a state that never occurs", 100, () => ({ q: "报关单", state: "held" }));
  await ask("text: two characters, in no name (all rows read)", 3, () => ({ q: "船舶" }));
  await measure("one document with its story", 300, (round) =>
    ledger.story((page[round % page.length] as DocumentRow).id),
  );
  await measure("counts", 300, () => ledger.counts());
}

async function matching(ledger: Ledger): Promise<void> {
  const hints = { receivedAt: Date.now() };
  const any = () => random.between(0, DOCUMENTS - 1);
  const match = async (
    name: string,
    keys: (index: number) => { clientKey?: string; seqNo?: string; customsNo?: string },
    business: boolean,
  ) => {
    let wrong = 0;
    await measure(`match ${name}`, 2000, async () => {
      const index = any();
      const format = business ? "DEC_RESULT" : "DecImportResponse";
      const receipt = record({
        kind: business ? "business" : "import",
        format,
        outcome: "good",
        code: "0",
        ...keys(index),
      });
      const { documentId } = await matchReceipt(receipt, hints, ledger);
      const row = documentId === null ? undefined : await ledger.get(documentId);
      if (row?.clientKey !== keyOf(index)) wrong++;
    });
    if (wrong > 0) throw new Error(`${wrong} matched wrongly by ${name}`);
  };
  await match("by own number", (index) => ({ clientKey: keyOf(index) }), false);
  const answered = (index: number) => (index % 100 === 99 ? index - 1 : index);
  await match("by own and 18-digit number", (index) => ({ clientKey: keyOf(index), seqNo: seqNoOf(index) }), false);
  const numbers = (index: number) => ({ seqNo: seqNoOf(index), customsNo: customsNoOf(index) });
  await measure("match a business receipt by its numbers", 2000, async () => {
    const index = answered(any());
    const { documentId } = await matchReceipt(
      record({ kind: "business", format: "DEC_RESULT", outcome: "good", code: "R", ...numbers(index) }),
      hints,
      ledger,
    );
    const row = documentId === null ? undefined : await ledger.get(documentId);
    if (row?.clientKey !== keyOf(index)) throw new Error(`${JSON.stringify(numbers(index))} found ${row?.clientKey}`);
  });
  await measure("a receipt stored with its effect (one commit each)", 500, async (round) => {
    const row = (await ledger.query({ key: keyOf(answered(any())) }))[0] as DocumentRow;
    await ledger.addReceipt(
      newReceipt({
        documentId: row.id,
        kind: "business",
        format: "DEC_RESULT",
        at: row.claimedAt,
        sha256: `x${round}${row.id}`,
        seqNo: row.seqNo,
      }),
    );
  });
}

async function main(): Promise<void> {
  const folder = GIVEN ? resolve(GIVEN) : scratch();
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `ledger-${DOCUMENTS}-${RECEIPTS}.db`);
  const filled = statSync(file, { throwIfNoEntry: false }) !== undefined;
  console.log(`${DOCUMENTS} documents, ${RECEIPTS} receipts, seed ${SEED}, ${file}`);
  const start = performance.now();
  const ledger = await openLedger(file);
  console.log(`opened in ${(performance.now() - start).toFixed(0)} ms`);
  delay.enable();
  try {
    if (!filled) await fill(ledger);
    await ledger.close();
    const size = statSync(file).size;
    console.log(
      `file: ${(size / 2 ** 30).toFixed(2)} GiB, ${Math.round(size / DOCUMENTS)} bytes a document with its receipts and events`,
    );
    const again = performance.now();
    const reopened = await openLedger(file);
    console.log(`reopened in ${(performance.now() - again).toFixed(0)} ms`);
    await queries(reopened);
    await matching(reopened);
    await reopened.close();
  } finally {
    if (!GIVEN) rmSync(folder, { recursive: true, force: true });
    removeScratch();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
