import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CheckBoxes } from "../../../lib/client/check-boxes.js";
import { HeldUp } from "../../../lib/client/held-up.js";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { openClient } from "../../../lib/client/open.js";
import { applyRetention } from "../../../lib/client/retention.js";
import { ImportClientError } from "../../../lib/errors.js";
import { type Disk, SYSTEM_DISK } from "../../../lib/files/disk.js";
import { SYSTEM } from "../../../lib/files/ports.js";
import { decXml, freshKey } from "../../../simulator/samples/index.js";
import { clientSettings } from "../../support/client.js";
import { documentRow, newReceipt, step } from "../../support/rows.js";
import { removeScratch } from "../../support/scratch.js";

const DAY = 24 * 60 * 60 * 1000;

describe("one file or folder that cannot be worked on", () => {
  let client: ImportClient;
  let notices: string[];
  /** Paths that hold this text cannot be used. */
  let broken: string;
  /** Milliseconds by which the client's clock is ahead. */
  let ahead = 0;
  const settings = () => clientSettings();

  async function open(of = settings()): Promise<void> {
    const refuse =
      <T extends unknown[], R>(work: (...args: T) => R) =>
      (...args: T): R => {
        if (broken !== "" && args.some((arg) => typeof arg === "string" && arg.includes(broken))) {
          throw Object.assign(new Error(`EIO: ${broken}`), { code: "EIO" });
        }
        return work(...args);
      };
    const { read, rename, link, list, remove } = SYSTEM_DISK;
    const disk: Disk = {
      ...SYSTEM_DISK,
      ...{ read: refuse(read), rename: refuse(rename), link: refuse(link), list: refuse(list), remove: refuse(remove) },
    };
    const clock = { ...SYSTEM.clock, monotonic: () => SYSTEM.clock.monotonic() + ahead };
    client = (await openClient(of, { ports: { ...SYSTEM, disk, clock } })).client;
    notices = [];
    client.on("notice", ({ code, text }) => notices.push(`${code} ${text.en}`));
  }

  beforeEach(async () => {
    broken = "";
    await open();
    for (const code of ["DecCus001", "Sas"]) client.folders.of(code).make();
  });
  afterEach(async () => {
    broken = "";
    await client.close();
  });
  after(removeScratch);

  const box = (code: string, name: string) => join(client.settings.root, code, name);

  /** A document that was given back: its file is still to be moved to OutBox. */
  async function toReturn(name: string, business = "DecCus001"): Promise<string> {
    const row = documentRow({ business, fileName: name, box: "OutBox", boxName: name });
    await client.ledger.claim(row);
    writeFileSync(join(box(business, "TempBox"), `${row.id}__${name}`), decXml({ key: freshKey(), goods: 1 }));
    return row.id;
  }

  it("keeps no other document from being taken up, is told once, and goes on by itself", async () => {
    for (const name of ["a.xml", "b.xml", "c.xml"]) await toReturn(name);
    broken = "a.xml";
    await client.reconciler.compare();
    await client.reconciler.compare();
    assert.deepEqual(readdirSync(box("DecCus001", "OutBox")).sort(), ["b.xml", "c.xml"]);
    assert.equal(notices.length, 1, notices.join());
    assert.match(notices[0] ?? "", /^SW-FOLDER DecCus001\/a\.xml: .*EIO.* work goes on by itself/);
    broken = "";
    await client.reconciler.compare();
    assert.equal(readdirSync(box("DecCus001", "OutBox")).length, 3);
    broken = "a.xml";
    renameSync(join(box("DecCus001", "OutBox"), "a.xml"), join(box("DecCus001", "TempBox"), "a.xml"));
    ahead += 61_000;
    await client.reconciler.compare();
    assert.equal(notices.length, 2, "told again once it had been well, and not twice in a minute");
  });

  it("stands in status, and hinders, for as long as it is so", async () => {
    for (const name of ["a.xml", "ab.xml"]) await toReturn(name);
    const heldUp = new HeldUp(client);
    const look = async () => {
      await client.reconciler.compare();
      heldUp.tell();
    };
    broken = "a.xml";
    await look();
    const [fault, ...others] = client.standing.list();
    assert.deepEqual(others, []);
    assert.match(fault?.text.zh ?? "", /^DecCus001\/a\.xml：.*EIO/);
    assert.ok(fault?.advice?.zh);
    assert.deepEqual(client.standing.hindrances(), ["SW-FOLDER"]);
    broken = "";
    await look();
    assert.deepEqual(client.standing.list(), []);
  });

  it("keeps no other folder from being compared, and no start from its work", async () => {
    await toReturn("a.xml", "Sas");
    const stranger = join(box("Sas", "TempBox"), "stranger.xml");
    writeFileSync(stranger, decXml());
    broken = join("DecCus001", "TempBox");
    const { settings } = client;
    await client.close();
    await open(settings);
    assert.deepEqual(readdirSync(box("Sas", "OutBox")), ["a.xml"]);
    assert.equal((await client.ledger.query({ state: "held" }))[0]?.fileName, "stranger.xml");
  });

  it("is no reason to go on when the ledger is at fault", async () => {
    await toReturn("a.xml");
    client.ledger.get = async () => {
      throw new ImportClientError("SW-LEDGER", { zh: "x", en: "x" });
    };
    await assert.rejects(client.reconciler.compare(), { code: "SW-LEDGER" });
  });

  it("keeps nothing else in a CheckBox from being checked", async () => {
    for (const code of ["DecCus001", "Sas"]) {
      mkdirSync(box(code, "CheckBox"));
      writeFileSync(join(box(code, "CheckBox"), "good.xml"), decXml({ goods: 1 }));
    }
    writeFileSync(join(box("DecCus001", "CheckBox"), "Result"), "a file");
    const boxes = new CheckBoxes(client);
    for (let look = 0; look < 3; look++) await boxes.look();
    assert.ok(existsSync(join(box("Sas", "CheckBox"), "Checked", "good.xml")));
    const told = notices.filter((text) => text.includes("DecCus001/CheckBox: "));
    assert.equal(told.length, 1, notices.join("\n"));
    assert.match(told[0] ?? "", /^SW-FOLDER .*Result is not a folder/);
    rmSync(join(box("DecCus001", "CheckBox"), "Result"));
    // Its file was not looked at meanwhile: it has to be the same twice.
    for (let look = 0; look < 2; look++) await boxes.look();
    assert.ok(existsSync(join(box("DecCus001", "CheckBox"), "Checked", "good.xml")));
  });

  it("keeps nothing else from being removed when its time is over", async () => {
    const ids: string[] = [];
    for (const name of ["a.xml", "b.xml"]) {
      const row = documentRow({ fileName: name, boxName: `x__${name}`, sentAt: 1, sendingAt: 1 });
      ids.push(row.id);
      writeFileSync(join(box("DecCus001", "TempBox"), row.boxName), name);
      await client.ledger.claim(row);
      await client.ledger.transition(row.id, step("sent"), {}, { event: "sent" });
      await client.ledger.addReceipt(newReceipt({ documentId: row.id }));
      await client.claims.settle(row.id);
    }
    broken = `${box("DecCus001", "SentBox")}/a_`;
    assert.equal(await applyRetention(client, Date.now() + 1000 * DAY), 1);
    const boxes = await Promise.all(ids.map(async (id) => (await client.ledger.get(id))?.box));
    assert.deepEqual(boxes, ["SentBox", "none"]);
    broken = "";
    assert.equal(await applyRetention(client, Date.now() + 1000 * DAY), 1);
  });
});
