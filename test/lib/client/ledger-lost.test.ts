import assert from "node:assert/strict";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { openClient } from "../../../lib/client/open.js";
import { ClientOpening } from "../../../lib/client/opening.js";
import { releaseDocument } from "../../../lib/client/person.js";
import { codeOf } from "../../../lib/errors.js";
import { type Ports, SYSTEM } from "../../../lib/files/ports.js";
import { readDelivery } from "../../../lib/intake/read.js";
import { storeReceipt } from "../../../lib/intake/store.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { decXml, freshKey } from "../../../simulator/samples/index.js";
import { clientSettings } from "../../support/client.js";
import { Machines } from "../../support/machines.js";
import { removeScratch, scratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";
import { Watching } from "../../support/watching.js";

const imported = (key: string, seqNo: string) =>
  `<DecImportResponse xmlns="http://www.chinaport.gov.cn/dec"><ResponseCode>0</ResponseCode><ClientSeqNo>${key}</ClientSeqNo><SeqNo>${seqNo}</SeqNo></DecImportResponse>`;
const result = (seqNo: string) =>
  `<DEC_RESULT><CUS_CIQ_NO>${seqNo}</CUS_CIQ_NO><ENTRY_ID>530020240000000001</ENTRY_ID><CHANNEL>L</CHANNEL></DEC_RESULT>`;
const SEQ_NO = "S00000000000000001";

/** Documents of a root in full work; each key is the name of its file, too. */
const KINDS = ["accepted", "sent", "failed", "claimed", "sending"] as const;
type Kind = (typeof KINDS)[number];
const LIFE = [...KINDS, "waiting"] as const;

async function deliver(client: ImportClient, xml: string): Promise<void> {
  const delivery = { body: Buffer.from(xml), fileName: "", business: "", messageId: "m", receivedAt: Date.now() };
  for (const part of await readDelivery(client, delivery)) await storeReceipt(client, delivery, part);
}

async function sendNow(client: ImportClient, { id }: DocumentRow): Promise<void> {
  await client.claims.send(id, "{}", false, "");
  await client.ledger.transition(id, { from: ["sending"], to: "sent" }, { sentAt: Date.now() }, { event: "sent" });
}

describe("a ledger that was lost", () => {
  let keys: Record<(typeof LIFE)[number], string>;
  let rows: Record<Kind, DocumentRow>;
  /** The root as a kill leaves it. */
  let root: string;
  let backup: string;
  let reported: string[];
  let open: ImportClient[];
  const machines = new Machines();

  const portsOf = (): Ports => ({ ...machines.start("here").ports, clock: SYSTEM.clock });
  const ledgerFile = () => join(root, ".ledger", "ledger.db");
  const box = (name: string) => readdirSync(join(root, "DecCus001", name)).sort();

  async function start(): Promise<ImportClient> {
    const onNotice = ({ code, text }: { code: string; text: { en: string } }) => reported.push(`${code} ${text.en}`);
    const { client } = await openClient(clientSettings({ root }), { ports: portsOf(), onNotice });
    open.push(client);
    // As whoever opened it tells people.
    client.lease.on("fault", (fault) => fault && reported.push(`${fault.code} ${fault.text.en}`));
    return client;
  }

  const byKey = async (client: ImportClient, key: string) =>
    (await client.ledger.byClientKey("DecCus001", "DEC", key)).find(
      ({ fileName }) => fileName !== "again.xml",
    ) as DocumentRow;

  beforeEach(async () => {
    reported = [];
    open = [];
    keys = Object.fromEntries(LIFE.map((kind) => [kind, freshKey()])) as typeof keys;
    const working = join(scratch(), "ImpPath");
    const machine = machines.start("here");
    const ports = { ...machine.ports, clock: SYSTEM.clock };
    const { client } = await openClient(clientSettings({ root: working }), { ports });
    const outBox = client.folders.of("DecCus001").box("OutBox");
    const drop = (kind: (typeof LIFE)[number]) =>
      writeFileSync(join(outBox, `${kind}.xml`), decXml({ key: keys[kind], goods: 1 }));
    for (const kind of KINDS) drop(kind);
    const watching = new Watching(client);
    await watching.until(() => watching.claims.length === KINDS.length);
    await watching.watch.stop();
    drop("waiting");
    rows = Object.fromEntries(
      KINDS.map((kind) => [kind, watching.claims.find(({ row }) => row.fileName === `${kind}.xml`)?.row]),
    ) as typeof rows;
    backup = join(scratch(), "backup.db");
    const reader = new Database(join(working, ".ledger", "ledger.db"));
    reader.exec(`VACUUM INTO '${backup}'`);
    reader.close();
    // As every hour.
    await client.lease.renewMark();
    for (const kind of ["accepted", "sent"] as const) {
      await sendNow(client, rows[kind]);
      await client.claims.settle(rows[kind].id);
    }
    await deliver(client, imported(keys.accepted, SEQ_NO));
    await client.claims.fail(rows.failed.id, { code: "SW-TEST", text: { zh: "试", en: "test" } });
    await client.spool.write(rows.sending.id, decXml({ key: keys.sending, goods: 1 }));
    await client.claims.send(rows.sending.id, "{}", false, "");
    await until("the root knows the last place", async () => {
      const place = readFileSync(join(working, ".single-window", "ledger-place.json"), "utf8");
      return JSON.parse(place).place === (await client.ledger.place());
    });
    root = join(scratch(), "ImpPath");
    cpSync(working, root, { recursive: true });
    machine.end();
    await client.close();
    // It stands for the root itself, and lies where it lay.
    rmSync(join(root, ".single-window", "site.json"));
  });
  afterEach(async () => {
    for (const client of open) await client.close();
  });
  after(removeScratch);

  it("is said to be rebuilt from the beginning, with how many files there are", async () => {
    rmSync(join(root, ".ledger"), { recursive: true });
    const waits: string[] = [];
    const { client } = await openClient(clientSettings({ root }), {
      ports: portsOf(),
      onWait: ({ code, text, details }) => waits.push(`${code} ${details.reason} ${text.en}`),
    });
    open.push(client);
    assert.deepEqual(waits, ["SW-LEDGER rebuilding the ledger is rebuilt from the boxes: 7 files, 0 of them done"]);
    await client.close();
    const log = readdirSync(join(root, ".log"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8"))
      .join("");
    assert.match(log, /rebuilding.*7 files/);
  });

  it("is written again, with its folder, where that is removed under the process, and it is said once", async () => {
    const client = await start();
    reported.length = 0;
    rmSync(join(root, ".ledger"), { recursive: true });
    for (let look = 0; look < 3; look++) await client.lease.check();
    assert.equal(client.lease.fault, undefined);
    assert.ok(existsSync(ledgerFile()));
    assert.deepEqual(
      reported.map((text) => /^SW-LEDGER .*written again as a whole/.test(text)),
      [true],
      reported.join("\n"),
    );
  });

  it("that cannot be written again is told once, however often that is tried", async () => {
    const elsewhere = join(scratch(), "ledger");
    const settings = clientSettings({ root: join(scratch(), "ImpPath"), ledger: join(elsewhere, "ledger.db") });
    const { client } = await openClient(settings, { ports: portsOf() });
    open.push(client);
    const faults: (string | undefined)[] = [];
    client.lease.on("fault", (fault) => faults.push(fault?.code));
    rmSync(elsewhere, { recursive: true });
    for (let look = 0; look < 3; look++) await client.lease.check();
    assert.deepEqual(faults, ["SW-LEDGER"]);
    mkdirSync(elsewhere);
    await client.lease.check();
    assert.deepEqual(faults, ["SW-LEDGER", undefined]);
  });

  /** What must hold whatever was lost: nothing that may have been sent goes again, what was sent is known, and it is said. */
  async function assertRebuilt(client: ImportClient): Promise<void> {
    const states = async () =>
      Object.fromEntries(
        await Promise.all(KINDS.map(async (kind) => [kind, (await byKey(client, keys[kind]))?.state] as const)),
      );
    assert.deepEqual(await states(), {
      accepted: "accepted",
      sent: "sent",
      failed: "failed",
      claimed: "held",
      sending: "held",
    });
    assert.equal(
      reported.filter((text) => /^SW-LEDGER .* 2 documents in TempBox .* held/.test(text)).length,
      1,
      reported.join("\n"),
    );
    // Nothing is given out again, what waits in OutBox is.
    const watching = new Watching(client);
    await watching.until(() => watching.claims.length > 0);
    assert.deepEqual(
      watching.claims.map(({ row }) => row.clientKey),
      [keys.waiting],
    );
    // The same again is known as the same.
    writeFileSync(join(root, "DecCus001", "OutBox", "again.xml"), decXml({ key: keys.sent, goods: 1 }));
    await until("the repeat is refused", async () => {
      const rows = await client.ledger.byFileName("again.xml");
      return rows[0]?.code === "SW-DUP";
    });
    await watching.watch.stop();
    // A business receipt carries the data centre's number only.
    await deliver(client, result(SEQ_NO));
    assert.equal((await byKey(client, keys.accepted)).statusCode, "L");
    await deliver(client, imported(keys.sent, "S00000000000000002"));
    assert.equal((await byKey(client, keys.sent)).state, "accepted");
    // A receipt proves what was held, and its file goes where it belongs.
    await deliver(client, imported(keys.sending, "S00000000000000003"));
    await until("its file is in SentBox", async () => (await byKey(client, keys.sending)).box === "SentBox");
    // A person decides about the rest: it goes through the flow, marked.
    const { id } = await byKey(client, keys.claimed);
    const released = await releaseDocument(client, id, { reason: "it is not there" });
    assert.deepEqual([released.state, released.possibleDuplicate], ["claimed", true]);
  }

  const LOSSES: Record<string, () => void> = {
    deleted: () => {
      for (const end of ["", "-wal", "-shm"]) rmSync(ledgerFile() + end, { force: true });
    },
    "emptied to 0 bytes": () => {
      for (const end of ["-wal", "-shm"]) rmSync(ledgerFile() + end, { force: true });
      truncateSync(ledgerFile(), 0);
    },
    "put back from an older backup": () => {
      for (const end of ["-wal", "-shm"]) rmSync(ledgerFile() + end, { force: true });
      copyFileSync(backup, ledgerFile());
    },
    "robbed of its -wal": () => {
      // What it had been before the last checkpoint.
      copyFileSync(backup, ledgerFile());
      for (const end of ["-wal", "-shm"]) rmSync(ledgerFile() + end, { force: true });
    },
  };
  for (const [loss, lose] of Object.entries(LOSSES)) {
    it(`${loss} while we were stopped: what boxes know is rebuilt, what nobody knows is held and said`, async () => {
      lose();
      await assertRebuilt(await start());
    });
  }

  it("rebuilt once is not rebuilt again, and the ledger is known from then on", async () => {
    LOSSES.deleted?.();
    const first = await start();
    await first.close();
    reported = [];
    const client = await start();
    assert.deepEqual(reported, []);
    assert.equal((await byKey(client, keys.claimed)).state, "held");
  });

  it("keeps the ids of documents whose bytes lie in the spool", async () => {
    LOSSES.deleted?.();
    const client = await start();
    assert.equal((await byKey(client, keys.sending)).id, rows.sending.id);
    assert.ok(client.spool.read(rows.sending.id), "its bytes are kept for the repeat");
  });

  it("cut by half is never replaced in silence: it waits, a backup or a person's word ends that", async () => {
    // All of it in one file, as after some time of work.
    const writer = new Database(ledgerFile());
    writer.pragma("wal_checkpoint(TRUNCATE)");
    writer.close();
    for (const end of ["-wal", "-shm"]) rmSync(ledgerFile() + end, { force: true });
    const half = Math.floor(statSync(ledgerFile()).size / 2);
    truncateSync(ledgerFile(), half);
    const opening = new ClientOpening(clientSettings({ root }), portsOf());
    opening.on("notice", ({ code, text }) => reported.push(`${code} ${text.en}`));
    opening.start();
    try {
      await until("it says so", () => opening.fault?.code === "SW-LEDGER");
      assert.equal(statSync(ledgerFile()).size, half);
      await opening.confirm("ledger", "there is no backup");
      await assertRebuilt(await opening.ready);
      const kept = readdirSync(join(root, ".ledger")).filter((name) => name.includes(".damaged-"));
      assert.equal(kept.length, 1);
    } finally {
      await opening.close();
    }
  });

  it("that is another root's ledger is refused", async () => {
    const other = join(scratch(), "Other");
    const { client } = await openClient(clientSettings({ root: other }));
    await client.close();
    for (const end of ["-wal", "-shm"]) rmSync(ledgerFile() + end, { force: true });
    copyFileSync(join(other, ".ledger", "ledger.db"), ledgerFile());
    await assert.rejects(start(), (error) => codeOf(error) === "SW-OWNER");
  });

  it("removed, replaced or bared while it is open: nothing is lost, it is said, work goes on", async () => {
    const client = await start();
    const before = (await client.ledger.unsettled()).length;
    for (const [how, take] of [
      ["removed", LOSSES.deleted],
      [
        "replaced",
        () => {
          rmSync(ledgerFile());
          copyFileSync(backup, ledgerFile());
        },
      ],
      ["bared", () => rmSync(`${ledgerFile()}-wal`)],
    ] as const) {
      take?.();
      await client.lease.check();
      assert.equal(client.lease.fault, undefined, how);
      assert.equal((await client.ledger.unsettled()).length, before, how);
      await client.ledger.setFact("x", how);
    }
    assert.equal(reported.filter((text) => text.startsWith("SW-LEDGER")).length, 2, reported.join("\n"));
    await client.close();
    reported = [];
    const again = await start();
    assert.equal(await again.ledger.fact("x"), "bared");
    assert.deepEqual(reported, []);
  });

  it("cut while it is open stops the work; an older backup put in its place lets it go on, rebuilt", async () => {
    const client = await start();
    const writer = new Database(ledgerFile());
    writer.pragma("wal_checkpoint(TRUNCATE)");
    writer.close();
    assert.equal(client.ledger.look(), "sound");
    truncateSync(ledgerFile(), 4096);
    await client.lease.check();
    assert.equal(client.lease.fault?.code, "SW-LEDGER");
    const { id } = rows.claimed;
    await assert.rejects(client.claims.send(id, "{}", false, ""), (error) => codeOf(error) === "SW-LEDGER");
    await client.lease.check();
    assert.equal(reported.length, 1, reported.join("\n"));
    reported = [];
    for (const end of ["-wal", "-shm"]) rmSync(ledgerFile() + end, { force: true });
    copyFileSync(backup, ledgerFile());
    await client.lease.check();
    assert.equal(client.lease.fault, undefined);
    await assertRebuilt(client);
  });

  for (const [how, overwrite] of [
    ["written over with an older backup", () => copyFileSync(backup, ledgerFile())],
    [
      "written over with something that is no shorter",
      () => {
        const { size } = statSync(ledgerFile());
        copyFileSync(backup, ledgerFile());
        truncateSync(ledgerFile(), size + 4096);
      },
    ],
    ["emptied", () => truncateSync(ledgerFile(), 0)],
  ] as const) {
    it(`${how} while it is open, with its own log beside it: the two are not mixed, what boxes know is rebuilt`, async () => {
      const client = await start();
      await client.ledger.setFact("x", "in the log");
      overwrite();
      await client.lease.check();
      assert.equal(client.lease.fault, undefined);
      assert.equal(await client.ledger.fact("x"), undefined);
      await assertRebuilt(client);
    });
  }

  it("put back from a backup beside the log of the one before: the two are not mixed", async () => {
    assert.ok(statSync(`${ledgerFile()}-wal`).size > 0);
    copyFileSync(backup, ledgerFile());
    await assertRebuilt(await start());
  });

  it("locked by another program for long is said once, and nothing fails", async () => {
    const client = await start();
    const other = new Database(ledgerFile());
    other.exec("BEGIN EXCLUSIVE");
    const claiming = client.ledger.setFact("x", "y");
    await until("it is said", async () => {
      await client.lease.check();
      return client.lease.fault?.code === "SW-LEDGER";
    });
    await client.lease.check();
    assert.equal(reported.length, 1, reported.join("\n"));
    other.exec("COMMIT");
    other.close();
    await client.lease.check();
    assert.equal(client.lease.fault, undefined);
    await claiming;
    assert.equal(box("FailBox").length, 1, "the one that had failed before");
    assert.ok(existsSync(ledgerFile()));
  });
});
