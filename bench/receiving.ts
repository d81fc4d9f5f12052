import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { connect } from "amqplib";
import Database from "libsql";
import { openLedger } from "../lib/ledger/index.js";
import { decImportResponse } from "../simulator/answers/dec-import-response.js";
import { decResult } from "../simulator/answers/dec-result.js";
import { Random } from "../test/support/random.js";
import { documentRow, step } from "../test/support/rows.js";
import { removeScratch } from "../test/support/scratch.js";
import { openTheatre, Stage, until } from "../test/support/stage.js";

/**
 * `npx tsx bench/receiving.ts [documents]`: documents that were sent; for each an import receipt and three business
 * receipts wait in the receive queue, all in random order. Node-RED with the example flow takes them from a real RabbitMQ
 * through mq-receive, receipt-parse and settle into InBox. Prints receipts a second, how many came to the right document,
 * and the event loop's longest block.
 *
 * Before and after it, the floor on the same disk, one receipt after the other: an insert and an update, each committed,
 * and a file written, fsynced, renamed, its folder fsynced. Printed are its median and the ratio.
 */
const DOCUMENTS = Number(process.argv[2] ?? 2_500);
const SEED = Number(process.env.SW_SEED ?? 20261125);
const CHANNELS = ["L", "P", "R"];
const CLIENT = "BENCHR01";
const FLOOR_TURNS = 5;
const FLOOR_RECEIPTS = 200;

const digits = (value: number, length: number) => String(value).padStart(length, "0");
const keyOf = (index: number) => `E${digits((index * 7919) % 1_000_003, 15)}`;
const seqNoOf = (index: number) => `I2026${digits(index, 13)}`;

/** The receipts of one document: their keys change along the way. */
function receiptsOf(index: number): Buffer[] {
  const seqNo = seqNoOf(index);
  const business = CHANNELS.map((channel, step) =>
    decResult({
      seqNo,
      entryId: step > 0 ? `53002026${digits(index, 10)}` : "",
      channel,
      note: "",
      customMaster: "5300",
      ieDate: "20261125",
      at: Date.UTC(2026, 10, 25, step, 0, 0),
    }),
  );
  return [decImportResponse({ code: "0", text: "", key: keyOf(index), seqNo }), ...business].map(({ body }) => body);
}

/** The least that a receipt costs on this disk when each is stored by itself: receipts a second, of several short turns. */
function floors(dir: string, bodies: readonly Buffer[]): number[] {
  const database = new Database(join(dir, "floor.db"));
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  database.exec("CREATE TABLE IF NOT EXISTS r (id INTEGER PRIMARY KEY, x TEXT, filed)");
  const insert = database.prepare("INSERT INTO r (x, filed) VALUES (?, 0)");
  const update = database.prepare("UPDATE r SET filed = 1 WHERE id = ?");
  const inBox = join(dir, "floor");
  mkdirSync(inBox, { recursive: true });
  const rates = Array.from({ length: FLOOR_TURNS }, () => {
    const began = performance.now();
    for (const bytes of bodies) {
      const { lastInsertRowid } = insert.run(bytes.toString("utf8"));
      const half = join(inBox, `${lastInsertRowid}.tmp`);
      const file = openSync(half, "w");
      writeSync(file, bytes);
      fsyncSync(file);
      closeSync(file);
      renameSync(half, join(inBox, `${lastInsertRowid}.xml`));
      const folder = openSync(inBox, "r");
      fsyncSync(folder);
      closeSync(folder);
      update.run(lastInsertRowid);
    }
    return (1000 * bodies.length) / (performance.now() - began);
  });
  database.close();
  return rates;
}

const median = (values: readonly number[]) => [...values].sort((one, other) => one - other)[values.length >> 1] ?? 0;

async function main(): Promise<void> {
  const theatre = await openTheatre();
  const stage = new Stage(theatre, { clientId: CLIENT });
  try {
    const file = join(stage.root, ".ledger", "ledger.db");
    const ledger = await openLedger(file);
    for (let from = 0; from < DOCUMENTS; from += 500) {
      const rows = Array.from({ length: Math.min(500, DOCUMENTS - from) }, (_, offset) =>
        documentRow({
          clientId: CLIENT,
          fileName: `${keyOf(from + offset)}.xml`,
          clientKey: keyOf(from + offset),
          settled: true,
          box: "none",
        }),
      );
      await Promise.all(rows.map((row) => ledger.claim(row)));
      await Promise.all(
        rows.map(({ id }) => ledger.transition(id, step("sending"), { sendingAt: Date.now() }, { event: "sending" })),
      );
      await Promise.all(
        rows.map(({ id }) => ledger.transition(id, step("sent"), { sentAt: Date.now() }, { event: "sent" })),
      );
    }
    await ledger.close();

    const random = new Random(SEED);
    const bodies = Array.from({ length: DOCUMENTS }, (_, index) => receiptsOf(index)).flat();
    for (let at = bodies.length - 1; at > 0; at--) {
      const other = random.between(0, at);
      [bodies[at], bodies[other]] = [bodies[other] as Buffer, bodies[at] as Buffer];
    }
    const connection = await connect(theatre.broker.url, { noDelay: true });
    const channel = await connection.createConfirmChannel();
    for (const queue of [`Q_Send${CLIENT}`, `Q_Recv${CLIENT}`]) await channel.assertQueue(queue, { durable: true });
    for (const [index, body] of bodies.entries()) {
      channel.sendToQueue(`Q_Recv${CLIENT}`, body, { messageId: `r${index}`, persistent: true });
    }
    await channel.waitForConfirms();
    console.log(`${DOCUMENTS} documents, ${bodies.length} receipts in random order, seed ${SEED}`);

    const bare = floors(stage.dir, bodies.slice(0, FLOOR_RECEIPTS));

    const monitor = join(__dirname, "loop-monitor.cjs");
    const nodeRed = await stage.startNodeRed({ NODE_OPTIONS: `--require ${monitor}` });
    const database = new Database(file, { readonly: true } as Database.Options);
    const filed = () =>
      (database.prepare("SELECT count(*) AS n FROM receipts WHERE filed = 1").get() as { n: number }).n;
    let first = 0;
    let before = 0;
    let done = 0;
    await until(
      () => `${bodies.length} receipts are filed, ${done} are`,
      async () => {
        done = filed();
        if (first === 0 && done > 0) {
          first = Date.now();
          before = done;
        }
        return done >= bodies.length;
      },
      1_800_000,
    );
    const rate = (1000 * (done - before)) / (Date.now() - first);
    const right = database.prepare(
      `SELECT count(*) AS n FROM documents WHERE state = 'accepted' AND status_code = 'R' AND
        (SELECT count(*) FROM receipts WHERE document_id = documents.id AND receipts.seq_no = documents.seq_no) = 4`,
    );
    const wrong = database.prepare(
      "SELECT count(*) AS n FROM receipts LEFT JOIN documents ON documents.id = document_id WHERE documents.seq_no IS NOT receipts.seq_no",
    );
    const count = (statement: Database.Statement) => (statement.get() as { n: number }).n;
    // The last ones may still be on their way from Others/InBox to their documents.
    const whole = () => count(right) === DOCUMENTS && stage.files("Others", "InBox").length === 0;
    await until("every receipt is with its document", async () => whole(), 20_000).catch(() => undefined);
    const waiting = stage.files("Others", "InBox").length;
    console.log(
      `documents with exactly their four receipts: ${count(right)} of ${DOCUMENTS}; receipts at the wrong document or none: ${count(wrong)}; files left in Others/InBox: ${waiting}`,
    );
    if (!whole() || count(wrong) !== 0) process.exitCode = 1;
    database.close();
    const floor = median([...bare, ...floors(stage.dir, bodies.slice(0, FLOOR_RECEIPTS))]);
    console.log(
      `queue to InBox: ${rate.toFixed(0)} a second; the floor on this disk ${floor.toFixed(0)} a second; ratio ${(rate / floor).toFixed(2)}`,
    );
    const blocks = nodeRed.lines
      .filter((line) => line.startsWith("loop "))
      .slice(2)
      .map((line) => Number(line.split(" ")[1]));
    console.log(
      `event loop: longest block ${Math.max(...blocks)} ms, median of the seconds' longest ${median(blocks)} ms`,
    );
    await connection.close();
  } finally {
    await stage.close();
    await theatre.close();
    removeScratch();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
