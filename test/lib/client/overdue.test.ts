import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import type { ImportClient } from "../../../lib/client/import-client.js";
import {
  FINAL_STATUSES,
  type Missing,
  type Overdue,
  type OverdueRule,
  OverdueWatch,
  readOverdueRules,
} from "../../../lib/client/overdue.js";
import { releaseDocument, resendDocument } from "../../../lib/client/person.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { sha256Of } from "../../../lib/sha256.js";
import { openClient } from "../../support/client.js";
import { documentRow, newReceipt, step } from "../../support/rows.js";
import { removeScratch } from "../../support/scratch.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const USUAL = { import: 30, business: 1440, status: 2880 };

describe("overdue", () => {
  let client: ImportClient;

  beforeEach(async () => {
    client = await openClient();
  });
  afterEach(async () => client.close());
  after(removeScratch);

  const watchOf = (text = "", teller = "node", usual = USUAL, finalStatuses: readonly string[] = FINAL_STATUSES) =>
    new OverdueWatch(client, { teller, rules: readOverdueRules(usual, text) as OverdueRule[], finalStatuses });

  async function look(watch: OverdueWatch, after: number): Promise<string[]> {
    const reported: Overdue[] = [];
    await watch.check((overdue) => reported.push(overdue), Date.now() + after);
    return reported.map(({ missing, row }) => `${missing} ${row.fileName}`);
  }

  async function sent(fileName: string, business = "DecCus001"): Promise<DocumentRow> {
    const sha256 = sha256Of(Buffer.from("x"));
    const row = documentRow({ fileName, business, sha256, settled: true, box: "SentBox", boxName: fileName });
    await client.ledger.claim(row);
    await client.ledger.transition(row.id, step("sending"), { sendingAt: Date.now() }, { event: "sending" });
    return client.ledger.transition(row.id, step("sent"), { sentAt: Date.now() }, { event: "sent" });
  }
  const accept = ({ id }: DocumentRow) => client.ledger.addReceipt(newReceipt({ documentId: id, at: Date.now() }));
  const status = ({ id }: DocumentRow, statusCode: string, statusText: string) =>
    client.ledger.addReceipt(
      newReceipt({ documentId: id, kind: "business", statusCode, statusText, at: Date.now(), seqNo: "1" }),
    );

  it("names which of the two receipts is missing, each once", async () => {
    const watch = watchOf();
    const one = await sent("one.xml");
    const two = await sent("two.xml");
    await accept(two);
    assert.deepEqual(await look(watch, 29 * MINUTE), []);
    assert.deepEqual(await look(watch, 31 * MINUTE), ["import one.xml"]);
    assert.deepEqual(await look(watch, 32 * MINUTE), []);
    assert.deepEqual(await look(watch, DAY + MINUTE), ["business two.xml"]);
    assert.deepEqual(await look(watch, DAY + 2 * MINUTE), []);
    const story = await client.ledger.story(one.id);
    assert.deepEqual(
      story?.events.filter(({ event }) => event === "overdue").map(({ text }) => text),
      ["import"],
    );
  });

  it("tells once over a restart, and once for each node that tells", async () => {
    await sent("one.xml");
    assert.deepEqual(await look(watchOf(), 31 * MINUTE), ["import one.xml"]);
    const { settings } = client;
    await client.close();
    client = await openClient(settings);
    assert.deepEqual(await look(watchOf(), 40 * MINUTE), []);
    assert.deepEqual(await look(watchOf("", "another"), 40 * MINUTE), ["import one.xml"]);
    const rows = await client.ledger.query({});
    const story = await client.ledger.story(rows[0]?.id as string);
    assert.equal(story?.events.filter(({ event }) => event === "overdue").length, 1, "once in the story");
  });

  it("tells again what it had told when the process ended before that was noted", async () => {
    await sent("one.xml");
    const reported: string[] = [];
    const dying = watchOf().check(
      () => {
        reported.push("told");
        throw new Error("the process ends here");
      },
      Date.now() + 31 * MINUTE,
    );
    await assert.rejects(dying);
    assert.deepEqual(await look(watchOf(), 31 * MINUTE), ["import one.xml"]);
    assert.equal(reported.length, 1);
  });

  it("counts a new attempt anew", async () => {
    const watch = watchOf();
    const row = await sent("one.xml");
    writeFileSync(join(client.folders.of(row.business).box("SentBox"), "one.xml"), "x");
    assert.deepEqual(await look(watch, 31 * MINUTE), ["import one.xml"]);
    await resendDocument(client, row.id, { reason: "again" });
    assert.deepEqual(await look(watch, 60 * MINUTE), [], "it is on its way");
    await client.ledger.transition(row.id, step("sending"), {}, { event: "sending" });
    await client.ledger.transition(row.id, step("sent"), { sentAt: Date.now() }, { event: "sent" });
    assert.deepEqual(await look(watch, 61 * MINUTE), ["import one.xml"]);
    assert.deepEqual(await look(watch, 62 * MINUTE), []);
  });

  it("tells nothing about the first attempt when the second was sent before its time was up", async () => {
    const watch = watchOf();
    const row = await sent("one.xml");
    writeFileSync(join(client.folders.of(row.business).box("SentBox"), "one.xml"), "x");
    await resendDocument(client, row.id, { reason: "again" });
    await client.ledger.transition(row.id, step("sending"), {}, { event: "sending" });
    await client.ledger.transition(row.id, step("sent"), { sentAt: Date.now() }, { event: "sent" });
    assert.deepEqual(await look(watch, 31 * MINUTE), ["import one.xml"], "once, not for both");
  });

  it("has a time of its own for a folder, without case, and never where it is 0", async () => {
    const watch = watchOf("DECCUS001 5 60\nRmft 0 - 1\n");
    await sent("dec.xml");
    await sent("manifest.xml", "Rmft");
    await sent("sas.xml", "Sas");
    assert.deepEqual(await look(watch, 6 * MINUTE), ["import dec.xml"]);
    assert.deepEqual(await look(watch, 31 * MINUTE), ["import sas.xml"]);
    assert.deepEqual(await look(watch, 300 * MINUTE), []);
  });

  it("goes on where it is when a folder gets a rule of its own", async () => {
    await sent("dec.xml");
    assert.deepEqual(await look(watchOf(), 31 * MINUTE), ["import dec.xml"]);
    assert.deepEqual(await look(watchOf("DecCus001 10"), 32 * MINUTE), []);
  });

  it("tells of a document that stays in one status too long, not of one that is through (faq 17)", async () => {
    const watch = watchOf();
    const stuck = await sent("stuck.xml");
    const cleared = await sent("cleared.xml");
    for (const row of [stuck, cleared]) await accept(row);
    await status(stuck, "7", "申报成功，发往海关");
    await status(cleared, "R", "结关");
    assert.deepEqual(await look(watch, 2 * DAY - MINUTE), []);
    assert.deepEqual(await look(watch, 2 * DAY + MINUTE), ["status stuck.xml"]);
    assert.deepEqual(await look(watch, 3 * DAY), []);
    const ownWords = watchOf("", "other", USUAL, ["7"]);
    assert.deepEqual(await look(ownWords, 3 * DAY), ["status cleared.xml"], "the user says what is final");
  });

  it("begins anew with each status, and tells of what is held or never leaves the flow", async () => {
    const watch = watchOf("", "node", { ...USUAL, status: 10 });
    const moving = await sent("moving.xml");
    await accept(moving);
    await status(moving, "7", "发往海关");
    const waiting = documentRow({ fileName: "waiting.xml" });
    await client.ledger.claim(waiting);
    await client.ledger.update(waiting.id, {}, { event: "retry" });
    await client.ledger.update(waiting.id, { attempt: 2 }, { event: "claimed", text: "attempt 2" });
    const held = documentRow({ fileName: "held.xml" });
    await client.ledger.claim(held);
    await client.ledger.transition(held.id, step("sending"), {}, { event: "sending" });
    await client.ledger.transition(held.id, step("unknown"), {}, { event: "unknown" });
    await client.ledger.transition(held.id, step("held"), {}, { event: "held" });
    assert.deepEqual((await look(watch, 11 * MINUTE)).sort(), [
      "status held.xml",
      "status moving.xml",
      "status waiting.xml",
    ]);
    await status(moving, "L", "海关入库");
    assert.deepEqual(await look(watch, 12 * MINUTE), ["status moving.xml"]);
  });

  it("begins with a send that a person or a late receipt proves", async () => {
    const watch = watchOf();
    const held = documentRow({ fileName: "held.xml" });
    await client.ledger.claim(held);
    writeFileSync(join(client.folders.of(held.business).box("TempBox"), held.boxName), "x");
    await client.ledger.transition(held.id, step("sending"), { sendingAt: 1 }, { event: "sending" });
    await client.ledger.transition(held.id, step("unknown"), {}, { event: "unknown" });
    await client.ledger.transition(held.id, step("held"), {}, { event: "held" });
    assert.deepEqual(await look(watch, 31 * MINUTE), []);
    await releaseDocument(client, held.id, { reason: "seen at the web site", as: "sent" });
    assert.deepEqual(await look(watch, 31 * MINUTE), ["import held.xml"]);
    const story = await client.ledger.story(held.id);
    assert.ok(story?.events.some(({ event, text }) => event === "released" && text === "seen at the web site"));
  });

  it("looks at each event once, and not at all at what it has told", async () => {
    const watch = watchOf();
    for (let index = 0; index < 20; index++) await sent(`n${index}.xml`);
    const { ledger } = client;
    let looked = 0;
    const get = ledger.get.bind(ledger);
    ledger.get = (id) => {
      looked++;
      return get(id);
    };
    assert.equal((await look(watch, 31 * MINUTE)).length, 20);
    assert.equal(looked, 20);
    looked = 0;
    assert.deepEqual(await look(watch, 32 * MINUTE), []);
    assert.equal(looked, 0);
  });

  it("looks back a week when it is new, and no further", async () => {
    const old = await sent("old.xml");
    const recent = await sent("recent.xml");
    const database = new Database(client.settings.ledger);
    const set = database.prepare("UPDATE events SET at = ? WHERE document_id = ?");
    set.run(Date.now() - 8 * DAY, old.id);
    set.run(Date.now() - 6 * DAY, recent.id);
    database.close();
    assert.deepEqual(await look(watchOf(), 0), ["import recent.xml"]);
  });

  it("finds its place among events by their time", async () => {
    const { ledger } = client;
    assert.equal(await ledger.lastEventBefore(Date.now() + 1), 0);
    const row = await sent("one.xml");
    const events = (await ledger.story(row.id))?.events ?? [];
    const database = new Database(client.settings.ledger);
    for (const [index, { id }] of events.entries())
      database.exec(`UPDATE events SET at = ${(index + 1) * 10} WHERE id = ${id}`);
    database.close();
    for (const [at, place] of [
      [5, 0],
      [10, 0],
      [11, events[0]?.id],
      [21, events[1]?.id],
      [1000, events[2]?.id],
    ] as const) {
      assert.equal(await ledger.lastEventBefore(at), place, String(at));
    }
  });

  it("reads rules line by line, and refuses what it cannot read", () => {
    const rules = readOverdueRules(USUAL, "DecCus001 5 60 - ; sas,-,-,90\n\n") as OverdueRule[];
    const own = rules.filter(({ business }) => business !== "");
    assert.deepEqual(
      own.map(({ business, missing, limit }): [string, Missing, number] => [business, missing, limit / MINUTE]),
      [
        ["DecCus001", "import", 5],
        ["DecCus001", "business", 60],
        ["sas", "status", 90],
      ],
    );
    for (const wrong of ["DecCus001", "DecCus001 x", "DecCus001 1 2 3 4", "Sas 1\nsas 2", "Sas -1"]) {
      assert.equal(readOverdueRules(USUAL, wrong), undefined, wrong);
    }
  });
});
