import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { openClient } from "../../../lib/client/open.js";
import { releaseDocument } from "../../../lib/client/person.js";
import type { ClientSettings } from "../../../lib/client/settings.js";
import type { Clock } from "../../../lib/clock.js";
import { codeOf, neutral } from "../../../lib/errors.js";
import { type Disk, SYSTEM_DISK } from "../../../lib/files/disk.js";
import { SYSTEM } from "../../../lib/files/ports.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { clientSettings } from "../../support/client.js";
import { step } from "../../support/rows.js";
import { removeScratch } from "../../support/scratch.js";
import { Watching } from "../../support/watching.js";

const XML = (key: string) => `<DecMessage><DecSign><ClientSeqNo>${key}</ClientSeqNo></DecSign></DecMessage>`;
const AWAY = { code: "SW-PIN-BLOCKED", text: neutral("no card") };

/** What a fault interrupts is taken up without a restart; each case left something behind for ever before. */
describe("rows and files are compared all the time", () => {
  let settings: ClientSettings;
  let client: ImportClient;
  let watching: Watching | undefined;
  let notices: string[];
  /** Whatever a test wants the disk to do instead. */
  let faults: Partial<Disk>;

  /** Milliseconds that the clock is ahead. */
  let later = 0;

  const eventsOf = async (id: string) => (await client.ledger.story(id))?.events.map(({ event }) => event) ?? [];
  const box = (name: "OutBox" | "TempBox" | "SentBox" | "FailBox" | "InBox") =>
    client.folders.of("DecCus001").box(name);
  const drop = (name: string, text: string) => writeFileSync(join(box("OutBox"), name), text);

  async function open(change: Partial<ClientSettings> = {}): Promise<void> {
    settings = clientSettings({ missingAfter: 0, ...change });
    faults = {};
    const clock: Clock = {
      ...SYSTEM.clock,
      now: () => SYSTEM.clock.now() + later,
      monotonic: () => SYSTEM.clock.monotonic() + later,
    };
    const disk = new Proxy(SYSTEM_DISK, { get: (real, name: keyof Disk) => faults[name] ?? real[name] });
    client = (await openClient(settings, { ports: { ...SYSTEM, disk, clock } })).client;
    notices = [];
    client.on("notice", ({ code }) => notices.push(code));
  }

  async function claimed(name = "a.xml", text = XML("K1")): Promise<DocumentRow> {
    drop(name, text);
    watching ??= new Watching(client);
    const before = watching.claims.length;
    await watching.until(() => (watching?.claims.length ?? 0) > before);
    return (watching.claims.at(-1) as { row: DocumentRow }).row;
  }

  /** The claim is out in no message: its node has gone. */
  async function abandoned(): Promise<DocumentRow> {
    const row = await claimed();
    await watching?.watch.stop();
    watching = undefined;
    return row;
  }

  const refuse = (code: string) => () => {
    throw Object.assign(new Error(code), { code });
  };

  beforeEach(() => {
    later = 0;
    return open();
  });
  afterEach(async () => {
    await watching?.watch.stop();
    watching = undefined;
    await client.close();
  });
  after(removeScratch);

  it("moves a file back to OutBox whose return failed half-way", async () => {
    const row = await abandoned();
    faults = { link: refuse("EACCES"), rename: refuse("EACCES") };
    await client.claims.giveBack(row.id, 0, AWAY);
    await new Promise<void>((resolve) => client.on("notice", () => resolve()));
    assert.equal((await client.ledger.get(row.id))?.box, "OutBox");
    assert.deepEqual(readdirSync(box("OutBox")), [], "the row went first");
    faults = {};
    await client.reconciler.compare();
    assert.deepEqual(readdirSync(box("OutBox")), ["a.xml"]);
    assert.deepEqual(readdirSync(box("TempBox")), []);
    watching = new Watching(client);
    await watching.until(() => watching?.claims.length === 1);
    assert.equal(watching.first.id, row.id);
  });

  it("brings a file whose claim was committed and whose rename failed, and does not make it a second declaration", async () => {
    drop("a.xml", XML("K1"));
    faults = { rename: refuse("EBUSY") };
    client.ledger.withdraw = async () => {
      throw new Error("the ledger is locked");
    };
    watching = new Watching(client);
    await watching.until(() => (watching?.notices.length ?? 0) > 0);
    const [row] = await client.ledger.unsettled();
    assert.deepEqual([row?.state, row?.box], ["claimed", "TempBox"]);
    faults = {};
    await client.reconciler.compare();
    await watching.until(() => watching?.claims.length === 1);
    assert.equal(watching.first.id, row?.id);
    assert.equal((await client.ledger.unsettled()).length, 1);
  });

  it("takes a claim back whose file was held by somebody, and claims it later", async () => {
    drop("a.xml", XML("K1"));
    faults = { rename: refuse("EBUSY") };
    watching = new Watching(client);
    await watching.until(() => (watching?.notices.length ?? 0) > 0);
    assert.deepEqual(await client.ledger.unsettled(), []);
    faults = {};
    await watching.until(() => watching?.claims.length === 1);
    assert.deepEqual(readdirSync(box("TempBox")), [`${watching.first.id}__a.xml`]);
  });

  it("settles what ended while its box was away", async () => {
    const row = await abandoned();
    await client.ledger.transition(row.id, step("sending"), {}, { event: "sending" });
    await client.ledger.transition(row.id, step("sent"), { sentAt: Date.now() }, { event: "sent" });
    faults = { link: refuse("EROFS") };
    await assert.rejects(client.claims.settle(row.id));
    faults = {};
    await client.reconciler.compare();
    const after = await client.ledger.get(row.id);
    assert.deepEqual([after?.box, after?.settled], ["SentBox", true]);
  });

  it("archives the file of a document that ended while its folder was away, when that is back", async () => {
    const row = await abandoned();
    await client.ledger.transition(row.id, step("sending"), {}, { event: "sending" });
    await client.ledger.transition(row.id, step("sent"), { sentAt: Date.now() }, { event: "sent" });
    renameSync(box("TempBox"), `${settings.root}-away`);
    await client.claims.settle(row.id);
    assert.equal((await client.ledger.get(row.id))?.box, "none");
    rmSync(box("TempBox"), { recursive: true });
    renameSync(`${settings.root}-away`, join(client.folders.of("DecCus001").path, "TempBox"));
    await client.reconciler.compare();
    assert.equal((await client.ledger.get(row.id))?.box, "SentBox");
    assert.deepEqual([readdirSync(box("TempBox")), readdirSync(box("SentBox")).length], [[], 1]);
    assert.deepEqual(await client.ledger.unsettled(), []);
  });

  it("makes a box again that somebody removed, and goes on", async () => {
    const row = await claimed();
    rmSync(box("SentBox"), { recursive: true });
    await client.ledger.transition(row.id, step("sending"), {}, { event: "sending" });
    await client.ledger.transition(row.id, step("sent"), { sentAt: Date.now() }, { event: "sent" });
    await client.claims.settle(row.id);
    assert.equal(readdirSync(box("SentBox")).length, 1);
  });

  it("waits for a folder that is away, says so once, and fails nothing", async () => {
    await client.close();
    await open({ missingAfter: 600 });
    const row = await abandoned();
    const away = `${box("TempBox")}.away`;
    renameSync(box("TempBox"), away);
    for (let look = 0; look < 3; look++) await client.reconciler.compare();
    const missed = await client.ledger.get(row.id);
    assert.deepEqual([missed?.state, missed?.code], ["claimed", "SW-FILE-MISSING"]);
    assert.deepEqual((await eventsOf(row.id)).slice(1), ["file-missed"]);
    rmSync(box("TempBox"), { recursive: true, force: true });
    renameSync(away, box("TempBox"));
    watching = new Watching(client);
    await watching.until(() => watching?.claims.length === 1);
    assert.equal(watching.first.id, row.id);
  });

  it("says on the document that its file is back", async () => {
    await client.close();
    await open({ missingAfter: 600 });
    const row = await abandoned();
    const [place, away] = [join(box("TempBox"), row.boxName), `${settings.root}.file`];
    for (let time = 0; time < 2; time++) {
      renameSync(place, away);
      await client.reconciler.compare();
      renameSync(away, place);
      for (let look = 0; look < 2; look++) await client.reconciler.compare();
    }
    assert.equal((await client.ledger.get(row.id))?.code, "");
    const told = ["file-missed", "file-back"];
    assert.deepEqual((await eventsOf(row.id)).slice(1), [...told, ...told]);
  });

  it("goes on waiting for a file where the process before it was, and does not begin anew", async () => {
    await client.close();
    await open({ missingAfter: 600 });
    const row = await abandoned();
    rmSync(join(box("TempBox"), row.boxName));
    await client.reconciler.compare();
    await client.close();
    later = 601_000;
    await open({ missingAfter: 600, root: settings.root });
    await client.reconciler.compare();
    assert.equal((await client.ledger.get(row.id))?.state, "claimed", "a share may not be there yet after a start");
    later += 61_000;
    await client.reconciler.compare();
    const failed = await client.ledger.get(row.id);
    assert.deepEqual([failed?.state, failed?.code], ["failed", "SW-FILE-MISSING"]);
    assert.deepEqual((await eventsOf(row.id)).slice(1, 3), ["file-missed", "failed"]);
    assert.deepEqual(notices, [], "its row says it, once");
  });

  it("lets a person end a document whose file is missing", async () => {
    await client.close();
    await open({ missingAfter: 600 });
    const row = await abandoned();
    rmSync(box("TempBox"), { recursive: true });
    await client.reconciler.compare();
    await releaseDocument(client, row.id, { reason: "lost", as: "failed" });
    const ended = await client.ledger.get(row.id);
    assert.deepEqual([ended?.state, ended?.code, ended?.settled], ["failed", "SW-FILE-MISSING", true]);
  });

  it("makes nothing where the root itself is away", async () => {
    await abandoned();
    const away = `${settings.root}.away`;
    renameSync(settings.root, away);
    await client.reconciler.compare().catch(() => undefined);
    assert.equal(existsSync(settings.root), false, "an empty mount point stays empty");
    renameSync(away, settings.root);
  });

  it("makes nothing in the empty folder that a root was mounted on until just now", async () => {
    const row = await abandoned();
    const away = `${settings.root}.away`;
    renameSync(settings.root, away);
    mkdirSync(settings.root);
    // Before anybody has noticed that it has gone.
    assert.throws(
      () => client.folders.of(row.business).box("InBox"),
      (error) => codeOf(error) === "SW-FOLDER",
    );
    assert.deepEqual(readdirSync(settings.root), []);
    rmdirSync(settings.root);
    renameSync(away, settings.root);
    assert.ok(existsSync(client.folders.of(row.business).box("InBox")));
  });

  it("holds a file that appears in TempBox without a row, when it is there for two looks", async () => {
    mkdirSync(box("TempBox"), { recursive: true });
    box("OutBox");
    writeFileSync(join(box("TempBox"), "stranger.xml"), XML("K7"));
    assert.equal((await client.reconciler.compare()).entered, 0);
    assert.equal((await client.reconciler.compare()).entered, 1);
    const [row] = await client.ledger.unsettled();
    assert.deepEqual([row?.state, row?.clientKey, row?.possibleDuplicate], ["held", "K7", true]);
    assert.deepEqual(notices, ["SW-ORPHAN"]);
    assert.equal((await client.reconciler.compare()).entered, 0);
  });

  it("replaces a document that waits in OutBox by a corrected file of its name", async () => {
    const row = await claimed("a.xml", XML("K1"));
    await client.claims.giveBack(row.id, 0, AWAY);
    await new Promise<void>((resolve) =>
      client.on("change", (_row, { event }) => {
        if (event === "returned") resolve();
      }),
    );
    const corrected = XML("K1").replace("<DecSign>", "<DecHead/><DecSign>");
    // Before it is claimed again.
    await watching?.watch.stop();
    drop("a.xml", corrected);
    watching = new Watching(client);
    await watching.until(() => watching?.claims.length === 1);
    assert.notEqual(watching.first.id, row.id);
    assert.equal(watching.claims[0]?.payload.toString(), corrected);
    const earlier = await client.ledger.get(row.id);
    assert.deepEqual([earlier?.state, earlier?.code, earlier?.settled], ["failed", "SW-REPLACED", true]);
    assert.deepEqual(readdirSync(box("InBox")), [], "no receipt that could be taken for an answer to the newer one");
    assert.deepEqual(readdirSync(box("FailBox")), []);
  });

  it("claims a file anew that took the place of one that was being claimed, and whose process ended before it saw that", async () => {
    const row = await claimed("a.xml", XML("K1"));
    await watching?.watch.stop();
    const corrected = XML("K1").replace("<DecSign>", "<DecHead/><DecSign>");
    writeFileSync(join(box("TempBox"), row.boxName), corrected);
    watching = new Watching(client);
    await watching.until(() => watching?.claims.length === 1);
    assert.notEqual(watching.first.id, row.id);
    assert.equal(watching.claims[0]?.payload.toString(), corrected);
    const earlier = await client.ledger.get(row.id);
    assert.deepEqual([earlier?.state, earlier?.code, earlier?.box], ["failed", "SW-REPLACED", "none"]);
  });

  it("returns a file under its own name, beside one that its producer has put there meanwhile", async () => {
    const row = await claimed("a.xml", XML("K1"));
    await watching?.watch.stop();
    watching = undefined;
    drop("a.xml", XML("K2"));
    const returned = new Promise<void>((resolve) =>
      client.on("change", (_row, { event }) => {
        if (event === "returned") resolve();
      }),
    );
    await client.claims.giveBack(row.id, 0, AWAY);
    await returned;
    await client.reconciler.compare();
    assert.deepEqual(readdirSync(box("OutBox")).sort(), ["a(2).xml", "a.xml"]);
    assert.equal(readFileSync(join(box("OutBox"), "a.xml"), "utf8"), XML("K2"));
    watching = new Watching(client);
    await watching.until(() => watching?.claims.length === 2);
    assert.ok(watching.claims.some((claim) => claim.row.id === row.id));
  });

  it("says that a file was changed or removed while it was claimed", async () => {
    const row = await claimed();
    await client.ledger.transition(row.id, step("sending"), {}, { event: "sending" });
    await client.ledger.transition(row.id, step("sent"), { sentAt: Date.now() }, { event: "sent" });
    writeFileSync(join(box("TempBox"), row.boxName), "");
    await client.claims.settle(row.id);
    assert.deepEqual(notices, ["SW-FILE-MISSING"]);
    const other = await claimed("b.xml", XML("K2"));
    rmSync(join(box("TempBox"), other.boxName));
    await client.claims.fail(other.id, { code: "SW-TEST", text: neutral("test") });
    assert.deepEqual(notices, ["SW-FILE-MISSING", "SW-FILE-MISSING"]);
  });
});
