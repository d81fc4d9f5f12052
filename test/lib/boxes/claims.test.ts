import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { openClient as open } from "../../../lib/client/open.js";
import { codeOf, ImportClientError, neutral } from "../../../lib/errors.js";
import { SYSTEM } from "../../../lib/files/ports.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { returnsIn } from "../../../lib/ledger/rules/retry.js";
import { cardFault } from "../../../lib/signing/faults.js";
import { clientSettings, openClient } from "../../support/client.js";
import { FakeClock } from "../../support/fake-clock.js";
import { documentRow, step } from "../../support/rows.js";
import { removeScratch, scratch } from "../../support/scratch.js";
import { Watching } from "../../support/watching.js";

const XML = (key: string) => `<DecMessage><DecSign><ClientSeqNo>${key}</ClientSeqNo></DecSign></DecMessage>`;

describe("claims", () => {
  let client: ImportClient;
  let watching: Watching | undefined;
  let boxes: (name: "OutBox" | "TempBox" | "SentBox" | "FailBox" | "InBox") => string;
  const drop = (name: string, text: string) => writeFileSync(join(boxes("OutBox"), name), text);

  beforeEach(async () => {
    client = await openClient();
    boxes = (name) => client.folders.of("DecCus001").box(name);
  });
  afterEach(async () => {
    await watching?.watch.stop();
    watching = undefined;
    await client.close();
  });
  after(removeScratch);

  it("renames a finished file to TempBox, commits its row and gives it out", async () => {
    drop("甲 单.xml", XML("K1"));
    watching = new Watching(client);
    await watching.until(() => watching?.claims.length === 1);
    const { row, payload } = watching.claims[0] as { row: DocumentRow; payload: Buffer };
    assert.equal(payload.toString(), XML("K1"));
    assert.deepEqual(
      [row.fileName, row.messageType, row.clientKey, row.state, row.box],
      ["甲 单.xml", "DEC", "K1", "claimed", "TempBox"],
    );
    assert.deepEqual(readdirSync(boxes("TempBox")), [`${row.id}__甲 单.xml`]);
    assert.deepEqual(readdirSync(boxes("OutBox")), []);
    assert.equal((await client.ledger.get(row.id))?.sha256, row.sha256);
  });

  it("leaves unfinished files alone until they are whole", async () => {
    drop("half.xml", XML("K1").slice(0, 30));
    drop("later.xml.tmp", XML("K2"));
    drop("whole.xml", XML("K3"));
    watching = new Watching(client);
    await watching.until(() => watching?.claims.length === 1);
    assert.equal(watching.claims[0]?.row.fileName, "whole.xml");
    drop("half.xml", XML("K1"));
    renameSync(join(boxes("OutBox"), "later.xml.tmp"), join(boxes("OutBox"), "later.xml"));
    await watching.until(() => watching?.claims.length === 3);
    assert.deepEqual(watching.claims.map(({ row }) => row.clientKey).sort(), ["K1", "K2", "K3"]);
  });

  it("ends a document whose file was cut while it was claimed, and given back: as one that is never finished", async () => {
    drop("cut.xml", XML("K1"));
    watching = new Watching(client, { incompleteAfter: 500 });
    await watching.until(() => watching?.claims.length === 1);
    const { id, boxName } = watching.first;
    const ended: string[] = [];
    const all = new Promise<void>((resolve) =>
      client.on("change", (row) => {
        if (row.settled && row.state === "failed") ended.push(`${row.id === id} ${row.code}`);
        if (ended.length === 2) resolve();
      }),
    );
    writeFileSync(join(boxes("TempBox"), boxName), XML("K1").slice(0, 30));
    await client.claims.giveBack(id, 0, { code: "C18", text: neutral("away") });
    await all;
    assert.deepEqual(ended.sort(), ["false SW-INCOMPLETE", "true SW-REPLACED"]);
    assert.equal(readdirSync(boxes("OutBox")).length, 0);
  });

  it("has no more claims out than it may, and goes on as they end", async () => {
    for (let index = 0; index < 12; index++) drop(`${String(index).padStart(2, "0")}.xml`, XML(`K${index}`));
    watching = new Watching(client, { maxInFlight: 5 });
    await watching.until(() => watching?.claims.length === 5);
    assert.equal(readdirSync(boxes("TempBox")).length, 5);
    for (let ended = 0; ended < 12; ended++) {
      await watching.until(() => (watching?.claims.length ?? 0) > ended);
      assert.ok(client.claims.inFlight.count("watch") <= 5);
      await client.claims.fail(watching.claims[ended]?.row.id as string, {
        code: "SW-TEST",
        text: { zh: "试", en: "test" },
      });
    }
    assert.equal(readdirSync(boxes("FailBox")).length, 12);
    assert.equal(readdirSync(boxes("OutBox")).length, 0);
  });

  it("asks what else a repeat repeats that a stop has left, once the one that stood in its way has ended", async () => {
    const { ledger, claims } = client;
    const claim = async (sha256: string) => {
      const row = documentRow({ business: "DecCus001", messageType: "DEC", clientKey: "K1", sha256 });
      await ledger.claim(row, { sameKey: true });
      return row.id;
    };
    const [waits, repeat, later, corrected] = [await claim("1"), await claim("1"), await claim("1"), await claim("2")];
    const inTheWayOf = async (id: string) => (await claims.inTheWayOf((await ledger.get(id)) as DocumentRow))?.id;
    assert.equal(await inTheWayOf(repeat), waits);
    await ledger.transition(waits, step("failed"), { code: "SW-REPLACED", settled: true }, { event: "replaced" });
    await ledger.transition(corrected, step("sending"), { sendingAt: 1 }, { event: "sending" });
    assert.equal(await inTheWayOf(repeat), corrected);
    await ledger.transition(corrected, { from: ["sending"], to: "failed" }, { settled: true }, { event: "failed" });
    assert.deepEqual(
      [await inTheWayOf(repeat), await inTheWayOf(later)],
      [undefined, repeat],
      "the first of them goes",
    );
  });

  it("refuses sub-folders and symbolic links by name, and takes nothing from them", async () => {
    mkdirSync(join(boxes("OutBox"), "sub"));
    writeFileSync(join(boxes("OutBox"), "sub", "inner.xml"), XML("K1"));
    const secret = join(scratch(), "secret.xml");
    writeFileSync(secret, XML("K2"));
    symlinkSync(secret, join(boxes("OutBox"), "link.xml"));
    watching = new Watching(client);
    await watching.until(() => watching?.notices.length === 2);
    assert.deepEqual(watching.notices.map((notice) => String(notice.details.name)).sort(), ["link.xml", "sub"]);
    assert.equal(watching.claims.length, 0);
    assert.ok(existsSync(secret));
  });

  it("moves a file that never gets complete to FailBox, with SW-INCOMPLETE in InBox", async () => {
    drop("torn.xml", XML("K1").slice(0, 30));
    watching = new Watching(client, { incompleteAfter: 500 });
    const failed = new Promise<DocumentRow>((resolve) =>
      client.on("change", (row) => {
        if (row.settled && row.state === "failed") resolve(row);
      }),
    );
    assert.equal((await failed).code, "SW-INCOMPLETE");
    assert.match(readdirSync(boxes("FailBox"))[0] as string, /^torn_\d{17}\.xml$/);
    const receipt = readdirSync(boxes("InBox"))[0] as string;
    assert.match(receipt, /^Failed_torn_\d{17}\.xml$/);
    assert.match(readFileSync(join(boxes("InBox"), receipt), "utf8"), /<failCode>SW-INCOMPLETE<\/failCode>/);
  });

  it("refuses the same bytes a second time with SW-DUP, and takes the same name with new content", async () => {
    drop("a.xml", XML("K1"));
    watching = new Watching(client);
    await watching.until(() => watching?.claims.length === 1);
    const refused = new Promise<DocumentRow>((resolve) =>
      client.on("change", (row) => {
        if (row.settled && row.code === "SW-DUP") resolve(row);
      }),
    );
    drop("b.xml", XML("K1"));
    assert.equal((await refused).fileName, "b.xml");
    assert.equal((await refused).text, "内容与已提交的单据 a.xml 相同（该单据待发送）");
    drop("a.xml", XML("K2"));
    await watching.until(() => watching?.claims.length === 2);
    assert.deepEqual(readdirSync(boxes("TempBox")).sort(), watching.claims.map(({ row }) => `${row.id}__a.xml`).sort());
  });

  it("ends a claim whose file has a name of 255 bytes, twice", async () => {
    const name = `${"报".repeat(83)}xx.xml`;
    assert.equal(Buffer.byteLength(name), 255);
    watching = new Watching(client);
    for (const [index, key] of ["K1", "K2"].entries()) {
      drop(name, XML(key));
      await watching.until(() => watching?.claims.length === index + 1);
    }
    for (const { row } of watching.claims)
      await client.claims.fail(row.id, { code: "SW-TEST", text: { zh: "试", en: "test" } });
    assert.deepEqual(readdirSync(boxes("TempBox")), []);
    const failed = readdirSync(boxes("FailBox"));
    assert.equal(failed.length, 2);
    for (const one of failed) assert.match(one, /^报{60,}_\d{17}(\(2\))?\.xml$/);
  });

  it("ends a claim once: a second settle changes nothing", async () => {
    drop("a.xml", XML("K1"));
    watching = new Watching(client);
    await watching.until(() => watching?.claims.length === 1);
    const { id } = watching.first;
    await assert.rejects(client.claims.settle(id), (error) => codeOf(error) === "SW-STATE", "nothing was sent yet");
    await client.ledger.transition(id, step("sending"), {}, { event: "sending" });
    await client.ledger.transition(id, step("sent"), { sentAt: Date.now() }, { event: "sent" });
    const sent = await client.claims.settle(id);
    assert.match(sent.boxName, /^a_\d{17}\.xml$/);
    await client.claims.settle(id);
    await client.claims.fail(id, { code: "SW-TEST", text: { zh: "试", en: "test" } });
    assert.equal((await client.ledger.get(id))?.state, "sent");
    assert.deepEqual(readdirSync(boxes("SentBox")), [sent.boxName]);
    assert.deepEqual(readdirSync(boxes("FailBox")), []);
    assert.deepEqual(readdirSync(boxes("InBox")), []);
  });

  it("holds a document whose send is uncertain instead of calling it failed", async () => {
    drop("a.xml", XML("K1"));
    watching = new Watching(client);
    await watching.until(() => watching?.claims.length === 1);
    const { id } = watching.first;
    await client.ledger.transition(id, step("sending"), {}, { event: "sending" });
    const row = await client.claims.fail(id, { code: "SW-TEST", text: { zh: "试", en: "test" } });
    assert.equal(row.state, "held");
    assert.deepEqual(readdirSync(boxes("TempBox")), [`${row.id}__a.xml`]);
    assert.deepEqual(readdirSync(boxes("InBox")), []);
  });

  it("puts a retried file back to OutBox and claims it again under the same id", async () => {
    drop("a.xml", XML("K1"));
    watching = new Watching(client);
    await watching.until(() => watching?.claims.length === 1);
    const { id } = watching.first;
    await client.claims.giveBack(id, 10, { code: "C18", text: neutral("away") });
    await watching.until(() => watching?.claims.length === 2);
    assert.equal(watching.claims[1]?.row.id, id);
    assert.equal(watching.claims[1]?.row.attempt, 2);
    const again = await client.ledger.lastEventOf(id, ["claimed"]);
    assert.deepEqual([again?.text, again?.textEn], ["第 2 次", "attempt 2"]);
  });

  it("tells a card's refused PIN in the story of a document that waited for the card, and each reason once", async () => {
    drop("a.xml", XML("K1"));
    watching = new Watching(client);
    const waits = async (text: { zh: string; en: string }) => {
      const count = watching?.claims.length ?? 0;
      await client.claims.giveBack(watching?.first.id as string, 1, { code: "C134", kind: "waits", text });
      await watching?.until(() => watching?.claims.length === count + 1);
    };
    await watching.until(() => watching?.claims.length === 1);
    for (const inner of ["TOKEN-ABSENT", "TOKEN-ABSENT", "CKR_PIN_INCORRECT", "CKR_PIN_INCORRECT"])
      await waits(cardFault(inner, neutral("卡"), neutral("-")).text);
    const story = await client.ledger.story(watching.first.id);
    const told = story?.events.filter(({ event }) => event === "retry").map(({ text }) => text);
    assert.deepEqual(told, ["卡操作失败：卡（TOKEN-ABSENT）", "卡操作失败：卡（CKR_PIN_INCORRECT）"]);
  });
});

describe("a start after a stop of any kind", () => {
  after(removeScratch);

  /** Claims one file and leaves it as a kill would; gives the settings to open the client again. */
  async function interrupted(leave: (client: ImportClient, row: DocumentRow) => Promise<void>) {
    const settings = clientSettings();
    const { client } = await open(settings);
    writeFileSync(join(client.folders.of("DecCus001").box("OutBox"), "a.xml"), XML("K1"));
    const watching = new Watching(client);
    await watching.until(() => watching.claims.length === 1);
    const row = watching.claims[0]?.row as DocumentRow;
    await leave(client, row);
    await watching.watch.stop();
    await client.close();
    return { settings, id: row.id };
  }

  it("gives an open claim out again with the same id", async () => {
    const { settings, id } = await interrupted(async () => {});
    const { client, recovery } = await open(settings);
    assert.equal(recovery.open, 1);
    const watching = new Watching(client);
    await watching.until(() => watching.claims.length === 1);
    assert.equal(watching.claims[0]?.row.id, id);
    assert.equal(watching.claims[0]?.payload.toString(), XML("K1"));
    await watching.watch.stop();
    await client.close();
  });

  it("knows that a send under way is unknown, and does not give it out as new", async () => {
    const { settings, id } = await interrupted(async (client, row) => {
      await client.ledger.transition(row.id, step("sending"), {}, { event: "sending" });
    });
    const { client, recovery } = await open(settings);
    assert.equal(recovery.unknown, 1);
    assert.equal((await client.ledger.get(id))?.state, "unknown");
    await client.close();
  });

  it("settles what was confirmed, without sending it", async () => {
    const { settings, id } = await interrupted(async (client, row) => {
      await client.ledger.transition(row.id, step("sending"), {}, { event: "sending" });
      await client.ledger.transition(row.id, step("sent"), { sentAt: Date.now() }, { event: "sent" });
    });
    const { client, recovery } = await open(settings);
    assert.equal(recovery.finished, 1);
    const row = await client.ledger.get(id);
    assert.deepEqual([row?.state, row?.box, row?.settled], ["sent", "SentBox", true]);
    assert.deepEqual(readdirSync(client.folders.of("DecCus001").box("SentBox")), [row?.boxName]);
    await client.close();
  });

  it("closes a row whose file was already moved, under the name that it has", async () => {
    const { settings, id } = await interrupted(async (client, row) => {
      await client.ledger.transition(row.id, step("sending"), {}, { event: "sending" });
      await client.ledger.transition(row.id, step("sent"), { sentAt: Date.now() }, { event: "sent" });
      const sent = await client.claims.settle(row.id);
      await client.ledger.update(row.id, { settled: false, box: "TempBox", boxName: "a.xml" });
      assert.ok(sent.settled);
    });
    const { client } = await open(settings);
    const row = await client.ledger.get(id);
    assert.deepEqual([row?.box, row?.settled], ["SentBox", true]);
    assert.equal(readdirSync(client.folders.of("DecCus001").box("SentBox")).length, 1);
    await client.close();
  });

  it("writes the one local receipt of a failure that was only committed", async () => {
    const { settings, id } = await interrupted(async (client, row) => {
      const change = { code: "SW-XSD", text: "错 / wrong", failedAt: Date.now() };
      await client.ledger.transition(row.id, step("failed"), change, { event: "failed" });
    });
    for (let start = 0; start < 2; start++) {
      const { client } = await open(settings);
      const folder = client.folders.of("DecCus001");
      assert.equal((await client.ledger.get(id))?.box, "FailBox");
      assert.equal(readdirSync(folder.box("FailBox")).length, 1);
      assert.equal(readdirSync(folder.box("InBox")).length, 1);
      await client.close();
    }
  });

  it("holds a file that lies in TempBox without a row: it may have been sent", async () => {
    const settings = clientSettings();
    const first = await open(settings);
    first.client.folders.of("DecCus001").make();
    writeFileSync(join(first.client.folders.of("DecCus001").box("TempBox"), "orphan.xml"), XML("K9"));
    await first.client.close();
    const { client, recovery } = await open(settings);
    assert.equal(recovery.entered, 1);
    const row = (await client.ledger.unsettled())[0];
    assert.deepEqual([row?.clientKey, row?.state, row?.code], ["K9", "held", "SW-ORPHAN"]);
    await client.close();
  });

  it("keeps how long one that is given back waits, also where the clock is set before that is committed", async () => {
    // The ledger goes by the machine's clock, which is some decades ahead of this one.
    const clock = new FakeClock();
    const timed = await openClient({}, { ...SYSTEM, clock });
    const row = documentRow({ box: "TempBox" });
    await timed.ledger.claim(row);
    const { retryAt, updatedAt } = await timed.claims.giveBack(row.id, 5_000, { code: "C18", text: neutral("away") });
    assert.equal(retryAt - updatedAt, 5_000);
    assert.equal(returnsIn({ retryAt, updatedAt }, retryAt - 86_400_000), 5_000);
    await timed.close();
  });

  it("gives a claim out again that could not be ended, also where the ledger did not say how it should end", async () => {
    const clock = new FakeClock();
    const timed = await openClient({}, { ...SYSTEM, clock });
    const row = documentRow();
    await timed.ledger.claim(row);
    timed.claims.inFlight.take(row.id, "flow");
    const { get } = timed.ledger;
    timed.ledger.get = () => Promise.reject(new ImportClientError("SW-LEDGER", neutral("away")));
    const fault = { code: "SW-X", text: neutral("wrong") };
    await assert.rejects(
      timed.claims.end(row.id, () => "failed", fault, 0),
      (error) => codeOf(error) === "SW-LEDGER",
    );
    assert.ok(timed.claims.inFlight.has(row.id));
    timed.ledger.get = get;
    await clock.pass(15_000);
    assert.ok(!timed.claims.inFlight.has(row.id));
    await timed.close();
  });
});
