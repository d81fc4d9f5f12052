import assert from "node:assert/strict";
import { copyFileSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { finishEnded } from "../../../lib/boxes/settle.js";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { openClient } from "../../../lib/client/open.js";
import { resendDocument } from "../../../lib/client/person.js";
import { PinSecret } from "../../../lib/client/pin-secret.js";
import type { ClientSettings } from "../../../lib/client/settings.js";
import { type Disk, SYSTEM_DISK } from "../../../lib/files/disk.js";
import { type BoxName, MARKER } from "../../../lib/files/folders.js";
import { parkedName } from "../../../lib/files/names.js";
import { SYSTEM } from "../../../lib/files/ports.js";
import { readDelivery } from "../../../lib/intake/read.js";
import { storeReceipt } from "../../../lib/intake/store.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { decXml, freshKey } from "../../../simulator/samples/index.js";
import { clientSettings } from "../../support/client.js";
import { elsewhere, filesBelow, removeElsewhere } from "../../support/elsewhere.js";
import { removeScratch } from "../../support/scratch.js";
import { Watching } from "../../support/watching.js";

const AWAY = { code: "SW-TEST", text: { zh: "试", en: "test" } };

/** What is left of a document beside its boxes, by a process that ended or by a power cut that took moves of files back. */
describe("what is left of a document where it was on its way", () => {
  let settings: ClientSettings;
  let client: ImportClient;
  /** What the disk made durable and removed, in this order. */
  let calls: string[] = [];

  const box = (name: BoxName) => client.folders.of("DecCus001").box(name);
  const files = (name: BoxName) => filesBelow(box(name));
  const syncs = (path: string) => `sync ${path}`;
  const removes = (path: string) => `remove ${path}`;
  const noting: Partial<Disk> = {
    syncFolder: (path) => SYSTEM_DISK.syncFolder(path).then(() => void calls.push(syncs(path))),
    remove(path) {
      if (SYSTEM_DISK.exists(path)) calls.push(removes(path));
      SYSTEM_DISK.remove(path);
    },
    removeFolder(path) {
      calls.push(removes(path));
      SYSTEM_DISK.removeFolder(path);
    },
  };
  const assertBefore = (first: string, second: string) => {
    assert.ok(calls.includes(second), `${second} is not among ${calls.join(", ")}`);
    assert.ok(calls.slice(0, calls.indexOf(second)).includes(first), `${first} comes not before ${second}`);
  };

  async function open(change: Partial<ClientSettings> = {}): Promise<void> {
    settings = clientSettings(change);
    await begin();
  }
  async function begin(): Promise<void> {
    const disk = new Proxy(SYSTEM_DISK, { get: (real, name: keyof Disk) => noting[name] ?? real[name] });
    client = (await openClient(settings, { ports: { ...SYSTEM, disk } })).client;
  }
  /** Another process begins where this one is ended after `before`. */
  async function restart(before: () => void): Promise<void> {
    await client.close();
    before();
    calls = [];
    await begin();
  }
  async function claimed(): Promise<DocumentRow> {
    const watching = new Watching(client);
    writeFileSync(join(box("OutBox"), "a.xml"), decXml({ key: freshKey(), goods: 1 }));
    await watching.until(() => watching.claims.length === 1);
    await watching.watch.stop();
    return watching.first;
  }
  async function sent(document?: DocumentRow): Promise<DocumentRow> {
    const { id } = document ?? (await claimed());
    await client.claims.send(id, "{}", false, "");
    return client.ledger.transition(id, { from: ["sending"], to: "sent" }, { sentAt: Date.now() }, { event: "sent" });
  }
  const rowOf = async (id: string) => (await client.ledger.get(id)) as DocumentRow;
  const pathOf = ({ box: name, boxName }: DocumentRow) => join(box(name as BoxName), boxName);
  /** The folder in which it was gathered is there again, with the ZIP of which this makes one. */
  function gathering(id: string, make: (zip: string) => void): string {
    const folder = join(box("TempBox"), `.${id}.gather`);
    mkdirSync(folder);
    writeFileSync(join(folder, "a.xml"), "<a/>");
    make(join(folder, ".gathered.zip"));
    return folder;
  }

  afterEach(() => client.close());
  after(() => {
    removeScratch();
    removeElsewhere();
  });

  it("goes to its archive when a power cut has taken the moves back by which it came there", async () => {
    await open();
    const { id } = await sent();
    const row = await client.claims.settle(id);
    const bytes = readFileSync(pathOf(row));
    await restart(() => gathering(id, (zip) => renameSync(pathOf(row), zip)));
    const now = await rowOf(id);
    assert.deepEqual([now.state, now.box], ["sent", "SentBox"]);
    assert.deepEqual(readFileSync(pathOf(now)), bytes);
    assert.deepEqual(readdirSync(box("TempBox")), []);
  });

  it("goes to OutBox when it had been given back", async () => {
    await open();
    const { id } = await claimed();
    const returned = new Promise<void>((resolve) => {
      client.on("change", ({ box }) => box === "OutBox" && resolve());
    });
    await client.claims.giveBack(id, 0, AWAY);
    await returned;
    // What returns it is over.
    await client.claims.alone(id, async () => undefined);
    await restart(() => gathering(id, (zip) => renameSync(join(box("OutBox"), "a.xml"), zip)));
    assert.deepEqual([files("OutBox"), readdirSync(box("TempBox"))], [["a.xml"], []]);
    assert.equal((await rowOf(id)).box, "OutBox");
  });

  it("is removed when the file is where its row says, and that is durable", async () => {
    await open();
    const { id } = await sent();
    const row = await client.claims.settle(id);
    let folder = "";
    await restart(() => {
      folder = gathering(id, (zip) => copyFileSync(pathOf(row), zip));
    });
    assertBefore(syncs(box("SentBox")), removes(join(folder, ".gathered.zip")));
    assertBefore(removes(join(folder, ".gathered.zip")), removes(folder));
    assert.deepEqual([files("SentBox"), readdirSync(box("TempBox"))], [[row.boxName], []]);
  });

  it("on another volume is removed when the copy is durable, and is the document when there is none", async () => {
    const there = elsewhere();
    const boxPaths = (["TempBox", "SentBox"] as const).map((name) => ({
      ...{ folder: "DecCus001", box: name, path: join(there, name) },
    }));
    await open({ boxPaths });
    const document = await claimed();
    const parked = join(box("OutBox"), parkedName(document.boxName));
    // Copied, and ended before the copy had a name that stays.
    await restart(() => copyFileSync(pathOf(document), parked));
    assertBefore(syncs(box("TempBox")), removes(parked));
    assert.deepEqual([files("OutBox"), files("TempBox")], [[], [document.boxName]]);
    await sent(document);
    const row = await client.claims.settle(document.id);
    const archived = row.boxName;
    await restart(() => {
      copyFileSync(pathOf(row), parked);
      SYSTEM_DISK.remove(pathOf(row));
    });
    assert.deepEqual([files("SentBox"), files("OutBox"), files("TempBox")], [[archived], [], []]);
  });

  it("in TempBox is removed when its name in the archive is durable", async () => {
    await open();
    const row = await sent();
    const { boxName } = await client.claims.settle(row.id);
    // Placed, and ended before its row said so.
    linkSync(join(box("SentBox"), boxName), join(box("TempBox"), row.boxName));
    await client.ledger.update(row.id, { box: "TempBox", boxName: row.boxName, settled: false });
    calls = [];
    await finishEnded(client, await rowOf(row.id));
    assertBefore(syncs(box("SentBox")), removes(join(box("TempBox"), row.boxName)));
    assert.deepEqual([files("SentBox"), files("TempBox")], [[boxName], []]);
  });

  it("in an archive is durable before a row says that it is sent again from there", async () => {
    await open();
    const { id } = await claimed();
    await client.claims.fail(id, AWAY);
    calls = [];
    const transition = client.ledger.transition.bind(client.ledger);
    client.ledger.transition = (...args) => {
      calls.push("row");
      return transition(...args);
    };
    await resendDocument(client, id, { reason: "the test decides" });
    assertBefore(syncs(box("FailBox")), "row");
  });

  it("of a receipt in Others is removed when its name in its document's InBox is durable", async () => {
    await open();
    const { id, clientKey } = await sent();
    const deliver = async (xml: string) => {
      const delivery = { body: Buffer.from(xml), fileName: "", business: "", messageId: "m", receivedAt: Date.now() };
      for (const part of await readDelivery(client, delivery)) await storeReceipt(client, delivery, part);
    };
    await deliver("<DEC_RESULT><CUS_CIQ_NO>I1</CUS_CIQ_NO><CHANNEL>P</CHANNEL></DEC_RESULT>");
    const others = client.folders.of("Others").box("InBox");
    const [waits = ""] = readdirSync(others);
    const imports = `<DecImportResponse><ResponseCode>0</ResponseCode><ClientSeqNo>${clientKey}</ClientSeqNo><SeqNo>I1</SeqNo></DecImportResponse>`;
    // The one before had placed it, and ended between its two names.
    const { place } = client.files;
    client.files.place = async (source, folder, wanted) => {
      if (source === join(others, waits)) {
        linkSync(source, join(folder, wanted));
        throw new Error("ended");
      }
      return place.call(client.files, source, folder, wanted);
    };
    await assert.rejects(deliver(imports), /ended/);
    calls = [];
    await deliver(imports);
    assertBefore(syncs(box("InBox")), removes(join(others, waits)));
    assert.equal(((await client.ledger.story(id))?.receipts ?? []).length, 2);
    assert.deepEqual([readdirSync(others), files("InBox").length], [[], 2]);
  });

  it("of a refusal in InBox is durable before its row says that it is there", async () => {
    await open();
    const { id } = await claimed();
    const markFiled = client.ledger.markFiled.bind(client.ledger);
    client.ledger.markFiled = () => Promise.reject(new Error("ended"));
    await assert.rejects(client.claims.fail(id, AWAY), /ended/);
    calls = [];
    client.ledger.markFiled = (...args) => {
      calls.push("row");
      return markFiled(...args);
    };
    await client.claims.fail(id, AWAY);
    assertBefore(syncs(box("InBox")), "row");
    assert.equal(files("InBox").length, 1);
  });

  it("of the secret for PINs is durable before a PIN is known by it", async () => {
    await open();
    const secret = () => new PinSecret(settings.root, client.files, SYSTEM.ids).read();
    const made = await secret();
    calls = [];
    assert.equal(await secret(), made);
    assert.deepEqual(calls, [syncs(join(settings.root, MARKER))]);
  });
});
