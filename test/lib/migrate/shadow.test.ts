import assert from "node:assert/strict";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SYSTEM_DISK } from "../../../lib/files/disk.js";
import { lookingDisk } from "../../../lib/migrate/shadow/looking.js";
import type { ShadowReport } from "../../../lib/migrate/shadow/report.js";
import { reportText } from "../../../lib/migrate/shadow/report-text.js";
import { Shadow, type ShadowSettings } from "../../../lib/migrate/shadow/shadow.js";
import {
  DEMO_IDENTITY,
  decXml,
  freshKey,
  invtXml,
  manifestKey,
  manifestXml,
  twoEdocs,
} from "../../../simulator/samples/index.js";
import { type Fate, OfficialClient } from "../../support/official-client.js";
import { removeScratch, scratch } from "../../support/scratch.js";
import { snapshot } from "../../support/tree-snapshot.js";
import { until } from "../../support/until.js";

function settings(root: string, change: Partial<ShadowSettings> = {}): ShadowSettings {
  const { clientId, orgCode, customsCode, region } = DEMO_IDENTITY;
  return {
    root,
    folders: [],
    out: scratch(),
    client: { environment: "test", clientId, orgCode, customsCode, region },
    table: [],
    schemas: "",
    since: 0,
    interval: 20,
    archiveInterval: 20,
    onNotice: (text) => assert.fail(text),
    ...change,
  };
}

/** Looks once, and gives the report. */
async function lookOnce(wanted: ShadowSettings): Promise<ShadowReport> {
  const shadow = await Shadow.open(wanted);
  await shadow.once();
  const report = await shadow.report();
  await shadow.stop();
  return report;
}

describe("shadow beside the official client", () => {
  after(removeScratch);

  it("judges what has been sent already, says both outcomes, and changes nothing", async () => {
    const root = scratch();
    const fates = new Map<string, Fate>();
    const official = new OfficialClient(join(root, "Deccus001"), (key) => fates.get(key) ?? "unanswered");
    const drop = (fate: Fate, options: Parameters<typeof decXml>[0] = {}) => {
      const key = freshKey();
      fates.set(key, fate);
      writeFileSync(
        join(root, "Deccus001", "OutBox", `单 ${key}.v1.XML`),
        decXml({ identity: DEMO_IDENTITY, key, goods: 2, ...options }),
      );
    };
    for (let count = 0; count < 4; count++) drop("accepted");
    drop("accepted", { emptyFields: ["GQty"] });
    drop("rejected", { emptyFields: ["GQty"] });
    drop("rejected");
    drop("failed");
    official.look();
    const waits = freshKey();
    writeFileSync(
      join(root, "Deccus001", "OutBox", `${waits}.xml`),
      decXml({ identity: DEMO_IDENTITY, key: waits, goods: 2 }),
    );
    writeFileSync(join(root, "Deccus001", "InBox", "Receipt_strange_20261127100000000000001.xml"), "<Strange/>");
    const before = snapshot(root);
    const wanted = settings(root);
    const report = await lookOnce(wanted);
    assert.deepEqual(snapshot(root), before);
    assert.equal(report.documents, 9);
    assert.deepEqual(report.theirs, { accepted: 5, rejected: 2, failed: 1, sent: 0, gone: 0, waiting: 1 });
    assert.deepEqual(report.ours, { sent: 7, refused: 2, waits: 0, repeated: 0 });
    const { differences } = report;
    assert.deepEqual(differences, {
      "stopped-by-us": 1,
      "waits-with-us": 0,
      "not-seen-by-us": 2,
      "stopped-unanswered": 0,
      "caught-by-us": 1,
    });
    const [first] = report.rows;
    assert.equal(first?.kind, "stopped-by-us");
    assert.equal(first?.ours.code, "SW-XSD");
    assert.match(first?.ours.text.en ?? "", /GQty/);
    assert.equal(first?.theirs.outcome, "accepted");
    const refused = report.rows.find(({ kind, theirs }) => kind === "not-seen-by-us" && theirs.outcome === "rejected");
    assert.match(refused?.theirs.text ?? "", /报关单位编码错误/);
    const failed = report.rows.find(({ theirs }) => theirs.outcome === "failed");
    assert.equal(failed?.theirs.code, "C18");
    assert.deepEqual(report.profiles, { detached: 7 });
    // Five good ones have two receipts each, the others one.
    assert.equal(report.receipts.read, 13);
    assert.equal(report.receipts.matched, 13);
    assert.deepEqual(report.receipts.by, { clientKey: 7, seqNo: 5, fileName: 1 });
    assert.deepEqual(report.receipts.unreadFiles, ["Deccus001/InBox/Receipt_strange_20261127100000000000001.xml"]);
    const { zh, en } = reportText(report);
    assert.match(zh, /^9 份单据，其中 1 份海关已接受而本软件会拦下/);
    assert.match(en, /^9 documents, 1 that we would have stopped although customs took them/);
    // Started again it knows what it saw.
    const again = await lookOnce(wanted);
    assert.deepEqual({ ...again, from: 0, to: 0 }, { ...report, from: 0, to: 0 });
    assert.deepEqual(snapshot(root), before);
  });

  it("reads files before the official client takes them, whatever producers do meanwhile", async () => {
    const root = scratch();
    const folder = join(root, "DecCus001");
    const official = new OfficialClient(folder, () => "accepted");
    const shadow = await Shadow.open(settings(root));
    shadow.start();
    const put = (name: string, bytes: Buffer) => {
      writeFileSync(join(folder, "OutBox", `${name}.tmp`), bytes);
      renameSync(join(folder, "OutBox", `${name}.tmp`), join(folder, "OutBox", name));
    };
    const seen = async (count: number, where: "waiting" | "accepted") =>
      until(`${count} are ${where}`, async () => (await shadow.report()).theirs[where] === count);
    const [one, two, three] = [freshKey(), freshKey(), freshKey()];
    put("a.xml", decXml({ identity: DEMO_IDENTITY, key: one, goods: 2, emptyFields: ["GQty"] }));
    await seen(1, "waiting");
    assert.equal((await shadow.report()).ours.refused, 1);
    // Written again in its place: the version before was none.
    writeFileSync(join(folder, "OutBox", "a.xml"), decXml({ identity: DEMO_IDENTITY, key: two, goods: 3 }));
    await until("the new one is there", async () => (await shadow.report()).ours.sent === 1);
    assert.equal((await shadow.report()).documents, 1);
    official.look();
    await seen(1, "accepted");
    // The same name again, taken at once.
    put("a.xml", decXml({ identity: DEMO_IDENTITY, key: three, goods: 1 }));
    official.look();
    await seen(2, "accepted");
    // Written again and taken before anybody could look: the version before was never sent either.
    put("b.xml", decXml({ identity: DEMO_IDENTITY, key: freshKey(), goods: 1 }));
    await seen(1, "waiting");
    writeFileSync(join(folder, "OutBox", "b.xml"), decXml({ identity: DEMO_IDENTITY, key: freshKey(), goods: 3 }));
    official.look();
    await seen(3, "accepted");
    const report = await shadow.report();
    assert.equal(report.documents, 3);
    assert.equal(report.receipts.unmatched, 0);
    assert.equal(report.sentOtherwise, 0);
    await shadow.stop();
  });

  it("says what ours would pack and sign, for each type, and which waits for a setting", async () => {
    const root = scratch();
    const put = (folder: string, name: string, bytes: Buffer) => {
      mkdirSync(join(root, folder, "OutBox"), { recursive: true });
      writeFileSync(join(root, folder, "OutBox", name), bytes);
    };
    const key = freshKey();
    const edocs = twoEdocs(DEMO_IDENTITY.region, key);
    put("DecCus001", `${key}.xml`, decXml({ identity: DEMO_IDENTITY, key, edocs }));
    for (const { id, bytes } of edocs) put("DecCus001", id, bytes);
    put("Rmft", "m.xml", manifestXml({ identity: DEMO_IDENTITY, key: manifestKey(DEMO_IDENTITY), at: Date.now() }));
    put("Sas", "i.xml", invtXml({ identity: DEMO_IDENTITY, key: freshKey("N"), at: Date.now() }));
    put("Ail", "licence.xml", Buffer.from("<Licence><No>1</No></Licence>"));
    put("Ail", "half.xml", Buffer.from("<Licence><No>1</No>"));
    const report = await lookOnce(settings(root));
    assert.deepEqual(report.packed, { gathered: 1, zip: 2 });
    assert.deepEqual(report.profiles, { detached: 2, "xmldsig-object": 1 });
    assert.equal(report.ours.waits, 1);
    assert.equal(report.documents, 4, "what is not finished is no document yet");
    assert.deepEqual(report.differences["waits-with-us"], 1);
  });

  it("sees boxes that lie elsewhere, each under its own path", async () => {
    const [out, inbox] = [scratch(), scratch()];
    const key = freshKey();
    writeFileSync(join(out, "a.xml"), decXml({ identity: DEMO_IDENTITY, key }));
    const report = await lookOnce(
      settings("", { folders: [{ code: "DECCUS001", boxes: { OutBox: out, InBox: inbox } }] }),
    );
    assert.equal(report.documents, 1);
  });

  it("takes a document that was sent twice for a repeat, as ours would", async () => {
    const root = scratch();
    const official = new OfficialClient(join(root, "DecCus001"), () => "accepted");
    const bytes = decXml({ identity: DEMO_IDENTITY, key: freshKey() });
    for (const name of ["a.xml", "b.xml"]) {
      writeFileSync(join(root, "DecCus001", "OutBox", name), bytes);
      official.look();
    }
    const report = await lookOnce(settings(root));
    assert.equal(report.ours.repeated, 1);
    assert.equal(report.rows[0]?.ours.code, "SW-DUP");
  });

  it("has a disk that refuses whatever would change anything", () => {
    const disk = lookingDisk(SYSTEM_DISK);
    const folder = scratch();
    const names = Object.keys(SYSTEM_DISK) as (keyof typeof SYSTEM_DISK)[];
    const looks = [
      "facts",
      "exists",
      "isFolder",
      "read",
      "readLarge",
      "open",
      "lines",
      "list",
      "walk",
      "watch",
      "realPath",
    ];
    for (const name of names.filter((one) => !looks.includes(one))) {
      assert.throws(() => (disk[name] as (path: string) => unknown)(join(folder, "x")), /only looks/, name);
    }
  });
});
