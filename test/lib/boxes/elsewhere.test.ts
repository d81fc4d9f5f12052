import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bringAcross } from "../../../lib/boxes/across.js";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { OFFICIAL } from "../../../lib/client/names-settings.js";
import { openClient as open } from "../../../lib/client/open.js";
import { holdDocument, resendDocument } from "../../../lib/client/person.js";
import { applyRetention } from "../../../lib/client/retention.js";
import type { ClientSettings } from "../../../lib/client/settings.js";
import { codeOf } from "../../../lib/errors.js";
import { BOX_NAMES, type BoxName } from "../../../lib/files/folders.js";
import { BOX_MARKER, parkedName } from "../../../lib/files/names.js";
import { readDelivery } from "../../../lib/intake/read.js";
import { storeReceipt } from "../../../lib/intake/store.js";
import { decXml, freshKey, twoEdocs } from "../../../simulator/samples/index.js";
import { clientSettings } from "../../support/client.js";
import { elsewhere, filesBelow, removeElsewhere } from "../../support/elsewhere.js";
import { removeScratch, scratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";
import { Watching } from "../../support/watching.js";

const DAY = 24 * 60 * 60 * 1000;
const TEST_FAULT = { code: "SW-TEST", text: { zh: "试", en: "test" } };
const WORD = { reason: "the test decides" };
/** `<yyyy-MM-dd>/<name>_<23 digits>.<ending>` */
const DATED = (name: string, ending: string) => new RegExp(`^\\d{4}-\\d\\d-\\d\\d/${name}_\\d{23}\\.${ending}$`);

describe("boxes that lie elsewhere, with official names and dated folders", () => {
  let settings: ClientSettings;
  let client: ImportClient;
  let watching: Watching | undefined;
  let place: Record<BoxName, string>;

  /** Every box somewhere of its own, OutBox and InBox on this volume, the others on another one. */
  beforeEach(async () => {
    const [here, there] = [scratch(), elsewhere()];
    place = {
      OutBox: join(here, "给 海关"),
      InBox: join(here, "回 执"),
      TempBox: join(there, "t"),
      SentBox: join(there, "s"),
      FailBox: join(there, "f"),
    };
    const boxPaths = BOX_NAMES.map((box) => ({ folder: "DecCus001", box, path: place[box] }));
    settings = clientSettings({ ...OFFICIAL, boxPaths, retentionDays: 30 });
    client = (await open(settings)).client;
  });
  afterEach(async () => {
    await watching?.watch.stop();
    watching = undefined;
    await client.close();
  });
  after(() => {
    removeScratch();
    removeElsewhere();
  });

  const drop = (name: string, bytes: Buffer | string) => writeFileSync(join(place.OutBox, name), bytes);
  const files = (box: BoxName) => filesBelow(place[box]);
  const watch = () => {
    watching = new Watching(client);
    return watching;
  };
  async function restart(): Promise<void> {
    await watching?.watch.stop();
    watching = undefined;
    await client.close();
    client = (await open(settings)).client;
  }
  async function claimed(name: string, key = freshKey()): Promise<{ id: string; key: string }> {
    const watching = watch();
    drop(name, decXml({ key, goods: 1 }));
    await watching.until(() => watching.claims.length === 1);
    await watching.watch.stop();
    return { id: watching.first.id, key };
  }
  async function sent(name: string): Promise<{ id: string; key: string }> {
    const document = await claimed(name);
    await client.claims.send(document.id, "{}", false, "");
    const change = { sentAt: client.clock.now() };
    await client.ledger.transition(document.id, { from: ["sending"], to: "sent" }, change, { event: "sent" });
    await client.claims.settle(document.id);
    return document;
  }
  async function deliver(xml: string): Promise<void> {
    const delivery = { body: Buffer.from(xml), fileName: "", business: "", messageId: "m_1", receivedAt: Date.now() };
    for (const part of await readDelivery(client, delivery)) await storeReceipt(client, delivery, part);
  }
  const imported = (key: string, seqNo: string) =>
    deliver(
      `<DecImportResponse><ResponseCode>0</ResponseCode><ClientSeqNo>${key}</ClientSeqNo><SeqNo>${seqNo}</SeqNo></DecImportResponse>`,
    );
  const released = (seqNo: string) =>
    deliver(`<DEC_RESULT><CUS_CIQ_NO>${seqNo}</CUS_CIQ_NO><CHANNEL>P</CHANNEL></DEC_RESULT>`);

  it("hold every file of a document from its claim to its receipts", async () => {
    const { key } = await sent("浙 A.1.XML");
    assert.deepEqual([files("OutBox"), files("TempBox"), files("FailBox")], [[], [], []]);
    assert.equal(files("SentBox").length, 1);
    assert.match(files("SentBox")[0] as string, DATED("浙 A\\.1", "XML"));
    const seqNo = "202600000001234567";
    // The business receipt comes first, and moves over from Others.
    await released(seqNo);
    await imported(key, seqNo);
    assert.equal(files("InBox").length, 2);
    const [business = "", good = ""] = files("InBox");
    assert.match(business, new RegExp(`^Receipt_DECCUS004_${seqNo}_m-1_\\d{23}\\.xml$`));
    assert.match(good, /^Successed_浙 A\.1_\d{23}\.XML$/);
    const others = filesBelow(join(settings.root, "Others", "InBox"));
    assert.deepEqual(others, []);
  });

  it("let read who is let into them", async () => {
    chmodSync(place.InBox, 0o775);
    chmodSync(place.FailBox, 0o2770);
    const { id } = await claimed("a.xml");
    await client.claims.fail(id, TEST_FAULT);
    const mode = (path: string) => (statSync(path).mode & 0o7777).toString(8);
    assert.equal(mode(join(place.InBox, files("InBox")[0] as string)), "664");
    const [failed = ""] = files("FailBox");
    assert.equal(mode(join(place.FailBox, failed.slice(0, 10))), "2770");
    assert.equal(mode(join(place.FailBox, failed)), "660");
  });

  it("take a declaration together with its PDFs", async () => {
    const key = freshKey();
    const edocs = twoEdocs("5300", key);
    for (const { id, bytes } of edocs) drop(id, bytes);
    drop(`${key}.xml`, decXml({ key, goods: 1, edocs }));
    const watching = watch();
    await watching.until(() => watching.claims.length === 1);
    assert.equal(watching.first.fileName, `${key}.zip`);
    assert.deepEqual(files("OutBox"), []);
    assert.deepEqual(files("TempBox"), [watching.first.boxName]);
  });

  it("give a file back, and its claim begins again", async () => {
    const { id } = await claimed("a.xml");
    await client.claims.giveBack(id, 0, TEST_FAULT);
    await until("the file in OutBox", () => files("OutBox").includes("a.xml"));
    assert.deepEqual([files("OutBox"), files("TempBox")], [["a.xml"], []]);
    const again = watch();
    await again.until(() => again.claims.length === 1);
    assert.equal(again.first.id, id);
  });

  it("are found again by resend, retention and a ledger that was lost", async () => {
    const { id, key } = await sent("a.xml");
    await imported(key, "202600000001234567");
    const { box, boxName } = (await client.ledger.get(id)) ?? {};
    assert.deepEqual([box, boxName], ["SentBox", files("SentBox")[0]]);
    await client.close();
    rmSync(join(settings.root, ".ledger"), { recursive: true });
    client = (await open(settings)).client;
    const [row] = await client.ledger.query({ limit: 10 });
    assert.deepEqual([row?.state, row?.fileName, row?.boxName], ["accepted", "a.xml", boxName]);
    const again = await resendDocument(client, row?.id as string, { ...WORD, as: "accepted" });
    assert.deepEqual(files("TempBox"), [again.boxName]);
    await client.claims.fail(again.id, TEST_FAULT);
    assert.equal(files("FailBox").length, 1);
    await applyRetention(client, Date.now() + 31 * DAY);
    assert.deepEqual([files("SentBox").length, files("FailBox")], [1, []], "the copy that was sent first has no row");
    assert.equal(statSync(place.FailBox).isDirectory(), true);
    assert.throws(() => statSync(join(place.FailBox, String(boxName).slice(0, 10))), /ENOENT/, "an empty day goes");
  });

  it("never put a file over another, on another volume too", async () => {
    const source = join(place.OutBox, "x.zip");
    const names: string[] = [];
    for (const content of ["1", "2", "3"]) {
      writeFileSync(source, content);
      names.push(await client.files.place(source, place.SentBox, "x_20260101000000000000000.zip"));
    }
    assert.deepEqual(
      names,
      ["000000", "000001", "000002"].map((last) => `x_20260101000000000${last}.zip`),
    );
    assert.deepEqual(
      names.map((name) => readFileSync(join(place.SentBox, name), "utf8")),
      ["1", "2", "3"],
    );
    assert.deepEqual(files("SentBox"), names, "nothing half is left");
  });

  it("have each file once, wherever the way between two volumes was stopped", async () => {
    const { id } = await claimed("a.xml");
    const row = (await client.ledger.get(id)) as { boxName: string };
    const parked = join(place.OutBox, parkedName(row.boxName));
    const temp = join(place.TempBox, row.boxName);
    // Parked, not copied yet.
    writeFileSync(parked, readFileSync(temp));
    rmSync(temp);
    await restart();
    assert.deepEqual([files("OutBox"), files("TempBox")], [[], [row.boxName]]);
    // Copied, not removed yet.
    writeFileSync(parked, readFileSync(temp));
    await restart();
    assert.deepEqual([files("OutBox"), files("TempBox")], [[], [row.boxName]]);
    // Its row was taken back.
    const stranger = "01900000-0000-7000-8000-000000000000__乙.xml";
    writeFileSync(join(place.OutBox, parkedName(stranger)), decXml({ key: freshKey(), goods: 1 }));
    await restart();
    assert.deepEqual(files("OutBox"), ["乙.xml"]);
    assert.equal((await client.ledger.query({ limit: 10 })).length, 1, "nothing was taken for a new declaration");
  });

  it("have each file once whenever the power fails: the way out of a box is durable before the next step", async () => {
    const { disk } = client.files;
    const { rename, remove, copyLarge, syncFolder } = disk;
    const done: string[] = [];
    const box = (path: string) => BOX_NAMES.find((name) => path.startsWith(place[name])) ?? "";
    Object.assign(disk, {
      rename: (from: string, to: string) => {
        rename(from, to);
        if (box(from) === "OutBox" && !from.endsWith(".tmp")) done.push("parked");
      },
      remove: (path: string) => {
        if (box(path) !== "" && disk.exists(path)) done.push(`removed from ${box(path)}`);
        remove(path);
      },
      copyLarge: (from: string, to: string) => {
        done.push(`copied to ${box(to)}`);
        return copyLarge(from, to);
      },
      syncFolder: (path: string) => {
        if (box(path) !== "") done.push(`${box(path)} synced`);
        return syncFolder(path);
      },
    });
    try {
      const { id } = await claimed("a.xml");
      assert.deepEqual(done.splice(0), [
        ...["parked", "OutBox synced", "copied to TempBox", "TempBox synced", "removed from OutBox"],
      ]);
      await client.claims.giveBack(id, 0, TEST_FAULT);
      await until("the way out of TempBox durable", () => done.at(-1) === "TempBox synced");
      assert.deepEqual(done.splice(0), [
        ...["copied to OutBox", "removed from OutBox", "removed from TempBox", "TempBox synced"],
      ]);
      // On hold it is brought in the same way.
      const held = await holdDocument(client, id, WORD);
      assert.deepEqual([held.box, files("OutBox")], ["TempBox", []]);
      assert.deepEqual(done, [
        ...["parked", "OutBox synced", "copied to TempBox", "TempBox synced", "removed from OutBox"],
      ]);
    } finally {
      Object.assign(disk, { rename, remove, copyLarge, syncFolder });
    }
  });

  it("leave a file that is written to while it is copied", async () => {
    const disk = client.files.disk;
    const { copyLarge } = disk;
    const key = freshKey();
    let written = 0;
    disk.copyLarge = async (from, to) => {
      await copyLarge(from, to);
      if (written++ === 0) writeFileSync(from, decXml({ key, goods: 2 }));
    };
    try {
      const watching = watch();
      drop("a.xml", decXml({ key: freshKey(), goods: 1 }));
      await watching.until(() => watching.claims.length === 1);
      assert.equal(watching.first.clientKey, key, "what it was in the end was claimed");
      assert.equal((await client.ledger.query({ limit: 10 })).length, 1);
    } finally {
      disk.copyLarge = copyLarge;
    }
  });

  it("are left as they are by one that has been taken over while it copied", async () => {
    const folder = client.folders.of("DecCus001");
    const name = `${"0".repeat(8)}-0000-7000-8000-${"0".repeat(12)}__a.xml`;
    const copied = new Error("taken over");
    for (const takenOver of ["while it copies", "before it looks at the source again"]) {
      drop("a.xml", "<a/>");
      let asked = 0;
      const mayGoOn = () => {
        asked++;
        if (takenOver === "while it copies" || asked > 1) throw copied;
        // Whoever has taken it over brings the file, which then is another one.
        writeFileSync(join(place.OutBox, parkedName(name)), "<a>more</a>");
      };
      const snapshot = client.files.disk.facts(join(place.OutBox, "a.xml"));
      await assert.rejects(bringAcross(client, folder, "a.xml", name, snapshot, mayGoOn), copied);
      assert.deepEqual(files("OutBox"), [parkedName(name)], takenOver);
      const inTempBox = files("TempBox").filter((file) => !file.endsWith(".tmp"));
      assert.deepEqual(inTempBox, takenOver === "while it copies" ? [] : [name]);
      rmSync(join(place.OutBox, parkedName(name)));
    }
  });

  it("wait while one of them is away, and nobody else does", async () => {
    const { id } = await claimed("a.xml");
    const away = `${place.TempBox}.away`;
    renameSync(place.TempBox, away);
    // An empty mount point.
    mkdirSync(place.TempBox);
    drop("b.xml", decXml({ key: freshKey(), goods: 1 }));
    mkdirSync(join(settings.root, "Sas", "OutBox"), { recursive: true });
    const both = new Watching(client, { businesses: [] });
    watching = both;
    await both.until(() => both.notices.length > 0);
    assert.match(both.notices[0]?.message ?? "", /its share may not be mounted/);
    writeFileSync(join(settings.root, "Sas", "OutBox", "c.xml"), decXml({ key: freshKey(), goods: 1 }));
    await both.until(() => both.claims.some(({ row }) => row.fileName === "c.xml"));
    await client.reconciler.compare();
    assert.deepEqual([files("OutBox"), files("TempBox")], [["b.xml"], []], "nothing of ours in the mount point");
    assert.equal((await client.ledger.get(id))?.state, "claimed");
    rmSync(place.TempBox, { recursive: true });
    renameSync(away, place.TempBox);
    await both.until(() => both.claims.some(({ row }) => row.fileName === "b.xml"));
  });

  it("keep a lost ledger from being rebuilt while one is away", async () => {
    await sent("a.xml");
    await client.close();
    rmSync(join(settings.root, ".ledger"), { recursive: true });
    renameSync(join(place.SentBox, BOX_MARKER), join(place.SentBox, "hidden"));
    await assert.rejects(open(settings), (error) => codeOf(error) === "SW-FOLDER");
    // A person says that it is the right folder.
    writeFileSync(join(place.SentBox, BOX_MARKER), "");
    client = (await open(settings)).client;
    assert.equal((await client.ledger.query({ limit: 10 }))[0]?.state, "sent");
  });

  it("keep a refusal of ours what it is, in a business' form too, when the ledger was lost", async () => {
    await client.close();
    settings = { ...settings, localReceipts: "business", receiptJson: true };
    client = (await open(settings)).client;
    const { id } = await claimed("a.INVT");
    await client.claims.fail(id, TEST_FAULT);
    const [receipt = "", json = ""] = files("InBox");
    assert.match(receipt, /^Failed_a_\d{23}\.INVT$/);
    assert.equal(JSON.parse(readFileSync(join(place.InBox, json), "utf8")).file, receipt, "beside it, not over it");
    assert.match(readFileSync(join(place.InBox, receipt), "utf8"), /<ResponseCode>1<.*SW-TEST a\.INVT错误信息：试/s);
    await client.close();
    rmSync(join(settings.root, ".ledger"), { recursive: true });
    client = (await open(settings)).client;
    const [row] = await client.ledger.query({ limit: 10 });
    assert.deepEqual([row?.state, row?.box], ["failed", "FailBox"]);
    const [story] = (await client.ledger.story(row?.id as string))?.receipts ?? [];
    assert.deepEqual([story?.kind, story?.code, story?.ok], ["local", "SW-TEST", false]);
  });

  it("are refused to another root", async () => {
    const another = clientSettings({ boxPaths: settings.boxPaths });
    await assert.rejects(open(another), (error) => codeOf(error) === "SW-OWNER");
    client.folders.of("DecCus001").make();
  });
});
