import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "libsql";
import { codeOf } from "../../../lib/errors.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { type Ledger, openLedger } from "../../../lib/ledger/index.js";
import { SCHEMA_VERSION } from "../../../lib/ledger/sqlite/schema.js";
import { documentRow, newReceipt, step } from "../../support/rows.js";
import { removeScratch, scratch } from "../../support/scratch.js";

/** Id of an attempt that the guard's rows allow. */
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

  it("refuses impossible transitions and changes nothing then", async () => {
    const row = documentRow();
    await ledger.claim(row);
    await assert.rejects(
      ledger.transition(row.id, step("rejected"), {}, { event: "x" }),
      (error) => codeOf(error) === "SW-STATE",
    );
    assert.equal((await ledger.get(row.id))?.state, "claimed");
    assert.equal((await ledger.story(row.id))?.events.length, 1);
  });

  it("commits jobs of one turn together, and a failing one undoes only itself", async () => {
    const good = documentRow();
    const other = documentRow();
    const results = await Promise.allSettled([
      ledger.claim(good),
      ledger.transition("nobody", step("sent"), {}, { event: "sent" }),
      ledger.claim(other),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ["fulfilled", "rejected", "fulfilled"],
    );
    assert.equal((await ledger.unsettled()).length, 2);
    // What ran before the failing one ran twice, and left its traces once.
    assert.deepEqual(
      (await ledger.story(good.id))?.events.map(({ event }) => event),
      ["claimed"],
    );
  });

  it("gives back any text and number as it was", async () => {
    const fileName = '\u0000 "\\\n\u2028 中文 😀.xml';
    const row = documentRow({ fileName, size: Number.MAX_SAFE_INTEGER, text: "1e3", textEn: "null" });
    await ledger.claim(row);
    const { updatedAt: _, ...found } = (await ledger.get(row.id)) as DocumentRow;
    const { updatedAt: __, ...given } = row;
    assert.deepEqual(found, given);
  });

  it("tells a repeated document by its bytes or its key, unless the earlier one failed", async () => {
    const first = documentRow({ sha256: "same", clientKey: "K1" });
    assert.equal(await ledger.claim(first), undefined);
    assert.equal((await ledger.claim(documentRow({ sha256: "same", clientKey: "K2" })))?.id, first.id);
    assert.equal((await ledger.claim(documentRow({ clientKey: "K1" }), { sameKey: true }))?.id, first.id);
    assert.equal(await ledger.claim(documentRow({ clientKey: "K1" })), undefined, "a modification repeats the key");
    const failed = documentRow({ sha256: "bad", clientKey: "K3" });
    await ledger.claim(failed);
    await ledger.transition(failed.id, step("failed"), {}, { event: "failed" });
    assert.equal(await ledger.claim(documentRow({ sha256: "bad" }), { sameKey: true }), undefined);
  });

  it("sees a repeat also within one commit", async () => {
    const [one, two] = await Promise.all([
      ledger.claim(documentRow({ sha256: "twin" })),
      ledger.claim(documentRow({ sha256: "twin" })),
    ]);
    assert.equal(one, undefined);
    assert.notEqual(two, undefined);
  });

  it("makes a document accepted by an import receipt only, also before our own confirm", async () => {
    const row = documentRow();
    await ledger.claim(row);
    await ledger.transition(row.id, step("sending"), {}, { event: "sending" });
    await ledger.addReceipt(newReceipt({ documentId: row.id, kind: "business", statusCode: "L", statusText: "入库" }));
    assert.equal((await ledger.get(row.id))?.state, "sent");
    await ledger.addReceipt(newReceipt({ documentId: row.id, seqNo: "000000001234567890" }));
    const accepted = await ledger.get(row.id);
    assert.equal(accepted?.state, "accepted");
    assert.equal(accepted?.seqNo, "000000001234567890");
    assert.equal(accepted?.statusCode, "L");
  });

  it("keeps an accepted document accepted when a later import receipt refuses a repeat of it", async () => {
    const row = documentRow();
    await ledger.claim(row);
    await ledger.transition(row.id, step("sending"), {}, { event: "sending" });
    await ledger.addReceipt(newReceipt({ documentId: row.id }));
    await ledger.addReceipt(newReceipt({ documentId: row.id, ok: false, code: "-1", text: "重复" }));
    const after = await ledger.get(row.id);
    assert.equal(after?.state, "accepted");
    assert.equal(after?.code, "");
  });

  it("keeps the newest customs status when receipts come in disorder", async () => {
    const row = documentRow();
    await ledger.claim(row);
    await ledger.transition(row.id, step("sending"), {}, { event: "sending" });
    for (const [statusCode, at] of [
      ["P", 300],
      ["L", 100],
      ["R", 400],
      ["G", 200],
    ] as const) {
      await ledger.addReceipt(newReceipt({ documentId: row.id, kind: "business", statusCode, at }));
    }
    assert.equal((await ledger.get(row.id))?.statusCode, "R");
  });

  it("stores the same bytes for a document once", async () => {
    const row = documentRow();
    await ledger.claim(row);
    const receipt = newReceipt({ documentId: row.id, seqNo: "1", file: "one.xml" });
    const first = await ledger.addReceipt(receipt);
    const second = await ledger.addReceipt({ ...receipt, file: "two.xml" });
    assert.equal(first.duplicate, false);
    assert.equal(second.duplicate, true);
    assert.equal(second.receipt.file, "one.xml");
    assert.equal(second.receipt.filed, false, "its file was not marked, so it has to be written again");
    await ledger.markFiled(first.receipt.id);
    assert.equal((await ledger.addReceipt(receipt)).receipt.filed, true);
  });

  it("keeps receipts without any number apart by their message id", async () => {
    const receipt = newReceipt({ messageId: "m1" });
    assert.equal((await ledger.addReceipt(receipt)).duplicate, false);
    assert.equal((await ledger.addReceipt(receipt)).duplicate, true);
    assert.equal((await ledger.addReceipt({ ...receipt, messageId: "m2" })).duplicate, false);
  });

  it("leaves a receipt that is brought again with the document that it answered", async () => {
    const old = documentRow({ clientKey: "SAME" });
    const newer = documentRow({ clientKey: "SAME" });
    await ledger.claim(old);
    await ledger.claim(newer);
    for (const { id } of [old, newer]) await ledger.transition(id, step("sending"), {}, { event: "sending" });
    const refusal = newReceipt({ documentId: old.id, ok: false, code: "1", text: "wrong" });
    await ledger.addReceipt(refusal);
    assert.equal((await ledger.addReceipt({ ...refusal, documentId: newer.id })).duplicate, true);
    assert.equal((await ledger.get(newer.id))?.state, "sending");
  });

  it("takes the same bytes for the answer of a document that was sent since, under another message id", async () => {
    const old = documentRow({ clientKey: "SAME", sendingAt: 50 });
    const corrected = documentRow({ clientKey: "SAME", sendingAt: 200 });
    for (const row of [old, corrected]) {
      await ledger.claim(row);
      await ledger.transition(row.id, step("sending"), {}, { event: "sending" });
    }
    const refusal = newReceipt({ clientKey: "SAME", ok: false, code: "1", messageId: "m1", documentId: old.id });
    await ledger.addReceipt(refusal);
    const again = { ...refusal, documentId: corrected.id };
    assert.equal((await ledger.addReceipt(again)).duplicate, true, "the same delivery brought again");
    assert.equal((await ledger.addReceipt({ ...again, messageId: "m2" })).duplicate, false);
    assert.equal((await ledger.get(corrected.id))?.state, "rejected");
    const third = { ...again, documentId: old.id, messageId: "m3" };
    assert.equal((await ledger.addReceipt(third)).duplicate, true, "on another route");
  });

  it("takes the same bytes for the answer of a document that waited beside the one that they answered", async () => {
    const [one, other] = [
      documentRow({ clientKey: "SAME", sendingAt: 50 }),
      documentRow({ clientKey: "SAME", sendingAt: 60 }),
    ];
    for (const row of [one, other]) {
      await ledger.claim(row);
      await ledger.transition(row.id, step("sending"), {}, { event: "sending" });
    }
    const answer = newReceipt({ clientKey: "SAME", messageId: "m1", documentId: one.id });
    await ledger.addReceipt(answer);
    const second = { ...answer, documentId: other.id };
    assert.equal((await ledger.addReceipt({ ...second, messageId: "" })).duplicate, true, "maybe the same message");
    assert.equal((await ledger.addReceipt({ ...second, messageId: "m2" })).duplicate, false);
    assert.equal((await ledger.addReceipt({ ...second, messageId: "m3" })).duplicate, true, "both have their answer");
    assert.deepEqual(
      [(await ledger.get(one.id))?.state, (await ledger.get(other.id))?.state],
      ["accepted", "accepted"],
    );
  });

  it("gives an orphan that is brought again to the document now found", async () => {
    const row = documentRow();
    await ledger.claim(row);
    await ledger.transition(row.id, step("sending"), {}, { event: "sending" });
    const receipt = newReceipt();
    await ledger.addReceipt(receipt);
    await ledger.addReceipt({ ...receipt, documentId: row.id });
    assert.equal((await ledger.get(row.id))?.state, "accepted");
    assert.equal((await ledger.story(row.id))?.receipts.length, 1);
  });

  it("finds documents by the keys of a receipt, best first, and gives orphans to them later", async () => {
    const byKey = documentRow({ clientKey: "MINE" });
    const byNumber = documentRow({ seqNo: "123456789012345678" });
    await ledger.claim(byKey);
    await ledger.claim(byNumber);
    const keys = { clientKey: "MINE", seqNo: "123456789012345678", customsNo: "", answers: ["DEC"] };
    assert.deepEqual(
      (await ledger.byReceiptKeys(keys)).map(({ id }) => id),
      [byNumber.id, byKey.id],
    );
    assert.deepEqual(
      await ledger.byReceiptKeys({ ...keys, clientKey: "mine", seqNo: "" }),
      [],
      "keys are case-sensitive",
    );
    assert.deepEqual(await ledger.byReceiptKeys({ ...keys, answers: ["INV101"] }), []);
    const { receipt } = await ledger.addReceipt(
      newReceipt({ kind: "business", seqNo: "999999999999999999", statusCode: "P" }),
    );
    const orphanKeys = { clientKey: "", seqNo: "999999999999999999", customsNo: "", answers: [] };
    assert.equal((await ledger.orphans(orphanKeys)).length, 1);
    await ledger.adopt(receipt.id, byKey.id, { matchedBy: "seqNo" });
    assert.equal((await ledger.orphans(orphanKeys)).length, 0);
    assert.equal((await ledger.get(byKey.id))?.statusCode, "P");
  });

  it("pages through documents, newest first, and searches without being fooled by wildcards", async () => {
    const rows = [];
    for (let index = 0; index < 5; index++) {
      const row = documentRow({ fileName: index === 2 ? "100%.xml" : `n${index}.xml` });
      rows.push(row);
      await ledger.claim(row);
    }
    const first = await ledger.query({ limit: 2 });
    assert.deepEqual(
      first.map(({ fileName }) => fileName),
      ["n4.xml", "n3.xml"],
    );
    const second = await ledger.query({ limit: 2, before: first[1]?.id ?? "" });
    assert.equal(second[0]?.fileName, "100%.xml");
    assert.equal((await ledger.query({ q: "100%" })).length, 1);
    assert.equal((await ledger.query({ q: "%" })).length, 1);
    assert.equal((await ledger.query({ business: "deccus001", state: ["claimed", "sent"] })).length, 5);
  });

  it("finds what waits too long for either receipt, and the newest of some events of a document", async () => {
    const sent = { state: "sent", sentAt: 100 } as const;
    const accepted = { state: "accepted", sentAt: 1, importReceiptAt: 100 } as const;
    for (const row of [
      { fileName: "waits for import.xml", ...sent },
      { fileName: "waits for business.xml", ...accepted },
      { fileName: "sent just now.xml", ...sent, sentAt: 1000 },
      { fileName: "accepted just now.xml", ...accepted, importReceiptAt: 1000 },
      { fileName: "has both.xml", ...accepted, businessReceiptAt: 150 },
      { fileName: "not sent.xml" },
    ]) {
      await ledger.enter(documentRow(row), { event: "claimed" });
    }
    const found = await ledger.query({ late: { sentBefore: 500, acceptedBefore: 500 } });
    assert.deepEqual(found.map(({ fileName }) => fileName).sort(), ["waits for business.xml", "waits for import.xml"]);
    const id = found[0]?.id ?? "";
    for (const event of ["held", "released", "claimed"]) await ledger.update(id, {}, { event });
    assert.equal((await ledger.lastEventOf(id, ["held", "released"]))?.event, "released");
    assert.equal(await ledger.lastEventOf(id, ["resend"]), undefined);
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
