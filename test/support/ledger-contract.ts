import assert from "node:assert/strict";
import { codeOf } from "../../lib/errors.js";
import type { DocumentRow, Ledger, PartKey } from "../../lib/ledger/index.js";
import { repeatedBy } from "../../lib/ledger/rules/identity.js";
import { describeRepeats } from "./repeats-contract.js";
import { documentRow, newReceipt, step } from "./rows.js";

/** What every store of the ledger must do, whatever it keeps its rows in. `open` gives a new and empty one. */
export function describeLedger(name: string, open: () => Promise<Ledger>): void {
  describe(name, () => {
    let ledger: Ledger;

    beforeEach(async () => {
      ledger = await open();
    });
    afterEach(async () => ledger.close());

    it("refuses impossible transitions, and changes of what has another state by now, and changes nothing then", async () => {
      const row = documentRow();
      await ledger.claim(row);
      const late = (error: unknown) => codeOf(error) === "SW-STATE";
      await assert.rejects(ledger.transition(row.id, step("rejected"), {}, { event: "x" }), late);
      await assert.rejects(ledger.update(row.id, { box: "OutBox" }, { event: "x" }, ["held"]), late);
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

    it("says when a change was made, but where a time of the change is counted from another look at the clock", async () => {
      const row = documentRow();
      await ledger.claim(row);
      const waits = await ledger.update(row.id, { retryAt: 6_000, updatedAt: 1_000 });
      assert.deepEqual(
        [waits, await ledger.get(row.id)].map((one) => [one?.retryAt, one?.updatedAt]),
        [
          [6_000, 1_000],
          [6_000, 1_000],
        ],
      );
      assert.notEqual((await ledger.update(row.id, { tries: 1 })).updatedAt, 1_000);
      // The clock was set back since: the pause is as long as it was.
      const ahead = Date.now() + 86_400_000;
      await ledger.update(row.id, { retryAt: ahead + 5_000, updatedAt: ahead });
      assert.equal((await ledger.update(row.id, { tries: 2 })).updatedAt, ahead);
      assert.notEqual((await ledger.update(row.id, { retryAt: 0 })).updatedAt, ahead);
    });

    describeRepeats(() => ledger);

    it("makes a document accepted by an import receipt only, also before our own confirm", async () => {
      const row = documentRow();
      await ledger.claim(row);
      await ledger.transition(row.id, step("sending"), {}, { event: "sending" });
      await ledger.addReceipt(
        newReceipt({ documentId: row.id, kind: "business", statusCode: "L", statusText: "入库" }),
      );
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

    it("keeps a receipt that waits to be decided, also in bytes that answered another document", async () => {
      const row = documentRow();
      await ledger.claim(row);
      const receipt = newReceipt({ documentId: row.id, messageId: "m1" });
      await ledger.addReceipt(receipt);
      const knows = (id?: string) => ledger.knowsReceipt(receipt.sha256, id);
      assert.deepEqual([await knows(), await knows(row.id), await knows("another")], [true, false, true]);
      const waits = { ...receipt, documentId: null, messageId: "m2" };
      for (const duplicate of [false, true])
        assert.equal((await ledger.addReceipt(waits, "undecided")).duplicate, duplicate);
      assert.equal(await knows(row.id), false, "it is nobody's yet");
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

    it("finds a document by each number that it ever had", async () => {
      const row = documentRow({ seqNo: "S1", customsNo: "C1" });
      const other = documentRow({ seqNo: "S2" });
      await ledger.claim(row);
      await ledger.claim(other);
      for (const seqNo of ["S2", "S3"]) await ledger.update(row.id, { seqNo, customsNo: `C${seqNo}` });
      const had = async (key: string, kind: "seqNo" | "customsNo", answers: string[] = []) =>
        (await ledger.byPartKeys([{ key, kind }], answers)).map((found) => [found.row.id, found.part]);
      for (const key of ["S1", "S2"]) assert.deepEqual(await had(key, "seqNo"), [[row.id, undefined]], key);
      assert.deepEqual(await had("C1", "customsNo"), [[row.id, undefined]]);
      assert.deepEqual(await had("S3", "seqNo"), [], "what it has now stands in its row");
      assert.deepEqual(await had("S1", "customsNo"), []);
      assert.deepEqual(await had("S1", "seqNo", ["INV101"]), []);
      const asked: PartKey[] = [
        { key: "nobody's", kind: "own" },
        { key: "C1", kind: "customsNo" },
        { key: "S2", kind: "seqNo" },
      ];
      assert.deepEqual(
        (await ledger.byPartKeys(asked, [])).map((found) => [found.key, found.row.id]),
        [
          ["C1", row.id],
          ["S2", row.id],
        ],
        "in the order of the keys",
      );
      assert.deepEqual(
        (await ledger.query({ key: "S2" })).map(({ id }) => id),
        [other.id, row.id],
      );
      await ledger.addReceipt(newReceipt({ kind: "business", seqNo: "S1" }));
      const none = { clientKey: "", seqNo: "", customsNo: "", answers: [] };
      assert.equal((await ledger.orphans(none, row.id)).length, 1);
      assert.equal((await ledger.orphans(none, other.id)).length, 0);
      await ledger.addReceipt(newReceipt({ kind: "business", customsNo: "C9", sha256: "9" }));
      const some = { ...none, clientKey: "nobody's", customsNo: "C9" };
      assert.deepEqual(
        (await ledger.orphans(some, row.id)).map(({ seqNo, customsNo }) => [seqNo, customsNo]),
        [
          ["S1", ""],
          ["", "C9"],
        ],
      );
      assert.deepEqual((await ledger.story(row.id))?.parts, [], "a number is no part");
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

    it("counts what a query asks for, by business and state", async () => {
      for (const [business, state] of [
        ["Sas", "sent"],
        ["DecCus001", "sent"],
        ["DecCus001", "failed"],
        ["DecCus001", "sent"],
      ] as const) {
        await ledger.enter(documentRow({ business, state, settled: true, seqNo: "I2023" }), { event: "claimed" });
      }
      const all = [
        { business: "DecCus001", state: "failed", count: 1 },
        { business: "DecCus001", state: "sent", count: 2 },
        { business: "Sas", state: "sent", count: 1 },
      ];
      assert.deepEqual(await ledger.count({ limit: 1, before: "0" }), all);
      assert.deepEqual(await ledger.count({ key: "I2023", state: "sent" }), all.slice(1));
      assert.deepEqual(await ledger.count({ business: "SAS", q: "I202" }), all.slice(2));
      assert.deepEqual(await ledger.count({ q: "nothing has this" }), []);
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
      assert.deepEqual(found.map(({ fileName }) => fileName).sort(), [
        "waits for business.xml",
        "waits for import.xml",
      ]);
      const id = found[0]?.id ?? "";
      for (const event of ["held", "released", "claimed"]) await ledger.update(id, {}, { event });
      assert.equal((await ledger.lastEventOf(id, ["held", "released"]))?.event, "released");
      assert.equal(await ledger.lastEventOf(id, ["resend"]), undefined);
    });

    it("takes nothing from a process that has been fenced off", async () => {
      assert.equal(await ledger.fact("lease"), undefined);
      await ledger.fence("lease", "one");
      await ledger.claim(documentRow());
      await ledger.setFact("other", "1");
      const later = documentRow();
      await assert.rejects(
        Promise.all([ledger.setFact("lease", "two"), ledger.claim(later)]).then(() => ledger.claim(documentRow())),
        (error) => codeOf(error) === "SW-FENCED",
      );
      assert.equal((await ledger.unsettled()).length, 2);
      ledger.unfence();
      await ledger.claim(documentRow());
      assert.equal((await ledger.unsettled()).length, 3);
    });

    it("comes further with all that is committed, and never back, also when a claim is withdrawn", async () => {
      const [first, second] = [documentRow(), documentRow()];
      for (const row of [first, second]) await ledger.claim(row);
      const place = await ledger.place();
      await ledger.withdraw(second.id);
      assert.equal(await ledger.place(), place);
      await ledger.update(first.id, {}, { event: "held" });
      assert.ok((await ledger.place()) > place);
    });

    it("says of a repeat that it is one from its first commit on", async () => {
      const first = documentRow();
      const again = documentRow({ sha256: first.sha256 });
      await ledger.claim(first);
      assert.equal((await ledger.claim(again))?.id, first.id);
      assert.equal(repeatedBy((await ledger.get(again.id)) as DocumentRow), first.id);
      assert.equal(repeatedBy((await ledger.get(first.id)) as DocumentRow), undefined);
    });
  });
}
