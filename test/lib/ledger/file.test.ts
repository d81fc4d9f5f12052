import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { ImportClientError } from "../../../lib/errors.js";
import { type Ledger, openLedger } from "../../../lib/ledger/index.js";
import { transactionsOf } from "../../../lib/ledger/sqlite/transactions.js";
import { documentRow, step } from "../../support/rows.js";
import { removeScratch, scratch } from "../../support/scratch.js";

const because = (reason: string) => (error: unknown) =>
  error instanceof ImportClientError && error.code === "SW-LEDGER" && error.details.reason === reason;

describe("the ledger's file", () => {
  let file: string;
  let ledger: Ledger;

  beforeEach(async () => {
    file = join(scratch(), "ledger", "ledger.db");
    ledger = await openLedger(file);
  });
  afterEach(async () => ledger.close());
  after(removeScratch);

  const fill = async (count: number) => {
    const rows = Array.from({ length: count }, () => documentRow());
    for (const row of rows) await ledger.claim(row);
    return rows;
  };

  it("is private from the start, with what lies beside it", async () => {
    await fill(1);
    for (const name of readdirSync(join(file, ".."))) {
      assert.equal(statSync(join(file, "..", name)).mode & 0o077, 0, name);
    }
  });

  it("is closed while a commit waits for its turn: that one is undone, and libsql does not end the process", async () => {
    const database = new Database(file);
    const nothing = () => {};
    const transactions = transactionsOf(database, { assertMayWrite: nothing, undone: nothing, committed: nothing });
    database.close();
    await transactions.rollback();
  });

  it("is not made again where it should be: missing and empty are told apart from new", async () => {
    await ledger.close();
    rmSync(file);
    await assert.rejects(openLedger(file, { create: false }), because("missing"));
    assert.equal(existsSync(file), false);
    writeFileSync(file, "");
    await assert.rejects(openLedger(file, { create: false }), because("missing"));
    ledger = await openLedger(file, { create: true });
    assert.equal((await ledger.unsettled()).length, 0);
  });

  it("that was cut by half or overwritten is damaged, and is left as it is", async () => {
    await fill(200);
    await ledger.close();
    const whole = statSync(file).size;
    truncateSync(file, Math.floor(whole / 2));
    await assert.rejects(openLedger(file), because("damaged"));
    assert.equal(statSync(file).size, Math.floor(whole / 2));
    writeFileSync(file, Buffer.alloc(50_000, 7));
    await assert.rejects(openLedger(file), because("damaged"));
    assert.equal(statSync(file).size, 50_000);
  });

  it("that is cut while it is open refuses everything from then on", async () => {
    await fill(200);
    assert.equal(ledger.look(), "sound");
    const other = new Database(file);
    other.pragma("wal_checkpoint(TRUNCATE)");
    other.close();
    assert.equal(ledger.look(), "sound");
    truncateSync(file, 4096);
    assert.equal(ledger.look(), "damaged");
    await assert.rejects(ledger.claim(documentRow()), because("damaged"));
    await assert.rejects(ledger.unsettled(), because("damaged"));
  });

  it("is written again from the open connection when it was removed", async () => {
    const rows = await fill(30);
    await ledger.transition((rows[0] as { id: string }).id, step("sending"), { wire: "{}" }, { event: "sending" });
    for (const end of ["", "-wal", "-shm"]) rmSync(file + end);
    assert.equal(ledger.look(), "gone");
    assert.equal(await ledger.mend("x"), "");
    assert.equal(ledger.look(), "sound");
    await fill(1);
    await ledger.close();
    ledger = await openLedger(file, { create: false });
    assert.equal((await ledger.unsettled()).length, 31);
    assert.equal((await ledger.get((rows[0] as { id: string }).id))?.state, "sending");
    assert.deepEqual(
      readdirSync(join(file, "..")).filter((name) => !name.startsWith("ledger.db")),
      [],
    );
  });

  it("that was replaced by an older copy is put aside, and what is known stays known", async () => {
    await fill(10);
    const backup = join(file, "..", "backup");
    const other = new Database(file);
    other.exec(`VACUUM INTO '${backup}'`);
    other.close();
    await fill(10);
    rmSync(file);
    copyFileSync(backup, file);
    assert.equal(ledger.look(), "replaced");
    const aside = await ledger.mend("x");
    assert.ok(existsSync(aside), aside);
    assert.equal((await ledger.unsettled()).length, 20);
    const old = await openLedger(aside, { create: false });
    assert.equal((await old.unsettled()).length, 10);
    await old.close();
  });

  it("without what lies beside it has that again before anybody else opens it without", async () => {
    await fill(20);
    rmSync(`${file}-wal`);
    assert.equal(ledger.look(), "bare");
    assert.equal(await ledger.mend("x"), "");
    assert.equal(ledger.look(), "sound");
    await fill(5);
    const other = new Database(file);
    assert.equal((other.prepare("SELECT count(*) AS n FROM documents").all()[0] as { n: number }).n, 25);
    other.close();
  });

  it("that another program has locked is waited for: the event loop runs on, nothing fails", async () => {
    const other = new Database(file);
    other.exec("BEGIN EXCLUSIVE");
    const claiming = Promise.all([ledger.claim(documentRow()), ledger.claim(documentRow())]);
    const reading = ledger.unsettled();
    // The lock ends by a turn of the very event loop that asks for it: would it block, both would wait in vain.
    for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setTimeout(resolve, 15));
    other.exec("COMMIT");
    other.close();
    assert.deepEqual(await claiming, [undefined, undefined]);
    await reading;
    assert.equal((await ledger.unsettled()).length, 2);
  });

  it("keeps its locks while it is looked at: another program that opens and closes it takes nothing away", async () => {
    await fill(20);
    await ledger.stamp(4711);
    await fill(1);
    for (let time = 0; time < 3; time++) assert.equal(ledger.look(), "sound");
    const script = `const D = require(${JSON.stringify(require.resolve("libsql"))});
      const db = new D(${JSON.stringify(file)}); db.prepare("SELECT count(*) FROM documents").all(); db.close();`;
    const { status, stderr } = spawnSync(process.execPath, ["--expose-gc", "-e", `{${script}} gc();`]);
    assert.equal(status, 0, String(stderr));
    assert.equal(ledger.look(), "sound");
    await fill(1);
    assert.equal((await ledger.unsettled()).length, 22);
  });

  it("commits nothing for a process whose place was taken, and tells each commit's place", async () => {
    const places: number[] = [];
    ledger.onCommit((place) => places.push(place));
    await ledger.fence("lease", "mine");
    await fill(2);
    assert.equal(places.at(-1), 2);
    assert.equal(await ledger.place(), 2);
    const other = await openLedger(file);
    await other.setFact("lease", "another's");
    await other.close();
    // What is asked for in the same turn is refused with it.
    await assert.rejects(
      ledger.claim(documentRow()),
      (error) => error instanceof ImportClientError && error.code === "SW-FENCED",
    );
    assert.equal((await ledger.unsettled()).length, 2);
  });
});
