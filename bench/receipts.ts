/**
 * Receipts a second through mq-receive, receipt-parse and settle in a real Node-RED, from a real RabbitMQ into InBox, each
 * with its two committed rows and its fsynced file before it is acknowledged (promises 6).
 *
 *     npx tsx bench/receipts.ts [receipts] [rounds]
 *
 * Beside it, in turns, the floor on the same disk: an insert and an update, each committed, and a file written, fsynced,
 * renamed, its folder fsynced, one receipt after the other. Printed are medians, and the ratio of each turn's own pair.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { connect } from "amqplib";
import Database from "libsql";
import { decResult } from "../simulator/answers/dec-result.js";
import { paradeDocument } from "../test/support/parade-documents.js";
import { withoutChecks } from "../test/support/receipt-parade.js";
import { removeScratch } from "../test/support/scratch.js";
import { openTheatre, Stage, until } from "../test/support/stage.js";

const COUNT = Number(process.argv[2] ?? 1000);
const ROUNDS = Number(process.argv[3] ?? 5);
const DOCUMENTS = 20;

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[values.length >> 1] as number;
}

const seqNoOf = (number: number) => `00${String(number).padStart(16, "0")}`;
const receipt = (round: number, index: number): Buffer =>
  decResult({
    seqNo: seqNoOf(index % DOCUMENTS),
    entryId: "",
    channel: "L",
    note: `round ${round}, ${index}`,
    customMaster: "5300",
    ieDate: "",
    at: Date.now(),
  }).body;

/** The least that a stored receipt costs on this disk: receipts a second. */
function floor(dir: string, round: number): number {
  const database = new Database(join(dir, `floor-${round}.db`));
  database.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE r (id INTEGER PRIMARY KEY, x TEXT, filed)",
  );
  const insert = database.prepare("INSERT INTO r (x, filed) VALUES (?, 0)");
  const update = database.prepare("UPDATE r SET filed = 1 WHERE id = ?");
  const inBox = join(dir, `floor-${round}`);
  mkdirSync(inBox);
  const began = performance.now();
  for (let index = 0; index < COUNT; index++) {
    const bytes = receipt(round, index);
    const { lastInsertRowid } = insert.run(bytes.toString("utf8"));
    const half = join(inBox, `${index}.tmp`);
    const file = openSync(half, "w");
    writeSync(file, bytes);
    fsyncSync(file);
    closeSync(file);
    renameSync(half, join(inBox, `${index}.xml`));
    const folder = openSync(inBox, "r");
    fsyncSync(folder);
    closeSync(folder);
    update.run(lastInsertRowid);
  }
  const seconds = (performance.now() - began) / 1000;
  database.close();
  return COUNT / seconds;
}

async function main(): Promise<void> {
  const theatre = await openTheatre();
  const stage = new Stage(theatre, { clientId: "BENCH001", flow: withoutChecks, onlyOnDemand: true });
  const connection = await connect(
    {
      hostname: theatre.broker.host,
      port: theatre.broker.port,
      username: theatre.broker.user,
      password: theatre.broker.password,
      vhost: theatre.broker.vhost,
    },
    { noDelay: true },
  );
  try {
    await stage.startSimulator();
    await stage.startNodeRed();
    const channel = await connection.createConfirmChannel();
    const send = (body: Buffer, messageId: string) =>
      channel.sendToQueue("Q_RecvBENCH001", body, { messageId, persistent: true });
    for (let index = 0; index < DOCUMENTS; index++) {
      const { folder, xml } = paradeDocument("DEC", `BENCH-${index}`);
      stage.drop(folder, `${index}.xml`, xml);
    }
    await until("every document sent", () => stage.rows().filter(({ state }) => state === "sent").length === DOCUMENTS);
    for (let index = 0; index < DOCUMENTS; index++) {
      const xml = `<DecImportResponse><ResponseCode>0</ResponseCode><ClientSeqNo>BENCH-${index}</ClientSeqNo><SeqNo>${seqNoOf(index)}</SeqNo></DecImportResponse>`;
      send(Buffer.from(xml), `import-${index}`);
    }
    await until("every document accepted", () => stage.rows().every(({ state }) => state === "accepted"));
    const ours: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      bare.push(floor(stage.dir, round));
      const bodies = Array.from({ length: COUNT }, (_, index) => receipt(round, index));
      const began = performance.now();
      for (const [index, body] of bodies.entries()) send(body, `${round}-${index}`);
      const mine = () => [...stage.filedReceipts()].filter((id) => id.startsWith(`${round}-`)).length;
      await until("every receipt filed", () => mine() === COUNT, 300_000);
      ours.push(COUNT / ((performance.now() - began) / 1000));
    }
    const ratio = median(ours.map((value, index) => value / (bare[index] as number)));
    console.log(`${ROUNDS} rounds of ${COUNT} receipts for ${DOCUMENTS} documents`);
    console.log(
      `queue to InBox: ${Math.round(median(ours))} a second; the floor on this disk ${Math.round(median(bare))} a second; ratio ${ratio.toFixed(2)}`,
    );
  } finally {
    await connection.close();
    await stage.close();
    await theatre.close();
    removeScratch();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
