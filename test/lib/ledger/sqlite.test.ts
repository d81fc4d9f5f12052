import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "libsql";
import { codeOf } from "../../../lib/errors.js";
import { type Ledger, openLedger } from "../../../lib/ledger/index.js";
import { SCHEMA_VERSION } from "../../../lib/ledger/sqlite/schema.js";
import { describeLedger } from "../../support/ledger-contract.js";
import { documentRow, step } from "../../support/rows.js";
import { removeScratch, scratch } from "../../support/scratch.js";

/** Id of an attempt that the guard's rows allow. */
describeLedger("ledger in SQLite: the contract", () => openLedger(join(scratch(), "ledger", "ledger.db")));

describe("ledger in SQLite", () => {
  let file: string;
  let ledger: Ledger;

  beforeEach(async () => {
    file = join(scratch(), "ledger", "ledger.db");
    ledger = await openLedger(file);
  });
  afterEach(async () => ledger.close());
  after(removeScratch);

  it("keeps rows, events and receipts over a reopen, WAL and synchronous FULL", async () => {
    const row = documentRow({ fileName: "浙A00000.xml" });
    await ledger.claim(row);
    await ledger.transition(row.id, step("sending"), { wire: "{}" }, { event: "sending" });
    await ledger.close();
    const database = new Database(file);
    assert.deepEqual(database.pragma("journal_mode"), [{ journal_mode: "wal" }]);
    database.close();
    ledger = await openLedger(file);
    const story = await ledger.story(row.id);
    assert.equal(story?.document.fileName, "浙A00000.xml");
    assert.equal(story?.document.state, "sending");
    assert.deepEqual(
      story?.events.map(({ event }) => event),
      ["claimed", "sending"],
    );
  });

  it("keeps what it commits when another program has a look at it, also after a deploy has opened it anew", async () => {
    // Opens it, reads and closes it, as a backup or a person's shell does; gives what it has read.
    const look = () =>
      execFileSync(process.execPath, [
        "-e",
        `const database = new (require(${JSON.stringify(require.resolve("libsql"))}))(${JSON.stringify(file)});
         const facts = database.prepare("SELECT * FROM facts").all();
         database.close();
         console.log(JSON.stringify(facts));`,
      ]).toString();
    await ledger.setFact("first", "1");
    await ledger.close();
    ledger = await openLedger(file);
    await ledger.setFact("second", "2");
    look();
    await ledger.setFact("third", "3");
    assert.match(look(), /third/);
  });

  it("is its owner's alone from the start, with what lies beside it, also what an earlier version left", async () => {
    const modes = () =>
      readdirSync(dirname(file)).map(
        (name) => `${name} ${(statSync(join(dirname(file), name)).mode & 0o777).toString(8)}`,
      );
    const own = ["ledger.db 600", "ledger.db-shm 600", "ledger.db-wal 600"];
    await ledger.claim(documentRow());
    assert.deepEqual(modes().sort(), own);
    for (const name of readdirSync(dirname(file))) chmodSync(join(dirname(file), name), 0o644);
    // A second connection, so that the files stay as they are while it is opened.
    const other = await openLedger(file);
    assert.deepEqual(modes().sort(), own);
    await other.close();
  });

  it("hands over what an earlier version kept of the PIN guard, and forgets it once that is stored", async () => {
    const database = new Database(file);
    const insert = database.prepare(
      "INSERT INTO pin_attempts (token, pin, at, outcome, code, released) VALUES (?, ?, ?, ?, ?, ?)",
    );
    for (const [pin, at, outcome, code, released] of [
      ["refused", 1, "refused", "CKR_PIN_INCORRECT", ""],
      ["killed", 2, "", "", ""],
      ["released", 3, "refused", "51571", "checked"],
      ["not-tried", 4, "not-tried", "TOKEN-ABSENT", ""],
      ["good", 5, "refused", "51571", ""],
      ["good", 6, "accepted", "", ""],
    ]) {
      insert.run("pkcs11:a", pin, at, outcome, code, released);
    }
    const left = () => (database.prepare("SELECT count(*) AS n FROM pin_attempts").get() as { n: number }).n;
    const failing = ledger.pins.handOver(() => Promise.reject(new Error("cannot be stored")));
    await assert.rejects(failing, { message: "cannot be stored" });
    assert.equal(left(), 6);
    await ledger.pins.handOver(async (refusals) => {
      assert.deepEqual(refusals, [
        { token: "pkcs11:a", pin: "refused", at: 1, code: "CKR_PIN_INCORRECT" },
        { token: "pkcs11:a", pin: "killed", at: 2, code: "" },
      ]);
    });
    assert.equal(left(), 0);
    await ledger.pins.handOver(() => assert.fail("there is nothing to take"));
    database.close();
  });

  it("refuses a damaged ledger and one of a newer version", async () => {
    const damaged = join(scratch(), "ledger.db");
    writeFileSync(damaged, "this is no database at all, not in the least".repeat(100));
    await assert.rejects(openLedger(damaged), (error) => codeOf(error) === "SW-LEDGER");
    await ledger.close();
    const database = new Database(file);
    database.exec("PRAGMA user_version = 999");
    database.close();
    await assert.rejects(openLedger(file), (error) => codeOf(error) === "SW-LEDGER");
    const restored = new Database(file);
    restored.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    restored.close();
    ledger = await openLedger(file);
  });
});
