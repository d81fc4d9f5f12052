import assert from "node:assert/strict";
import { closeSync, ftruncateSync, openSync, readdirSync, readFileSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { hashOf } from "../../../lib/boxes/content.js";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { SYSTEM_DISK } from "../../../lib/files/disk.js";
import { SYSTEM } from "../../../lib/files/ports.js";
import { openClient } from "../../support/client.js";
import { removeScratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";
import { Watching } from "../../support/watching.js";

const MEGABYTE = 1024 * 1024;
const TEST = { code: "SW-TEST", text: { zh: "试", en: "test" } };

describe("large files", () => {
  let client: ImportClient;
  let watching: Watching | undefined;
  /** The sizes of all that was read as a whole. */
  let read: number[];
  /** What happens while a large file is read. */
  let meanwhile: (() => Promise<unknown>) | undefined;
  const box = (name: "OutBox" | "TempBox" | "FailBox" | "InBox") => client.folders.of("DecCus001").box(name);

  const disk = {
    ...SYSTEM_DISK,
    read: (path: string) => {
      read.push(statSync(path).size);
      return SYSTEM_DISK.read(path);
    },
    readLarge: async (path: string) => {
      read.push(statSync(path).size);
      const bytes = await SYSTEM_DISK.readLarge(path);
      await meanwhile?.();
      return bytes;
    },
  };

  const refused = async () => (await client.ledger.query({ state: "failed" })).filter(({ code }) => code === "SW-SIZE");

  let number = 0;
  /** A file with so many bytes, between its beginning and its end a hole. It is a RAR: what it is, is seen at once. */
  function drop(name: string, size: number): void {
    const handle = openSync(join(box("OutBox"), name), "w");
    const tail = Buffer.from("end");
    writeSync(handle, Buffer.from(`Rar!\x1a\x07\x01\0 ${number++}`, "latin1"));
    ftruncateSync(handle, size - tail.length);
    writeSync(handle, tail, 0, tail.length, size - tail.length);
    closeSync(handle);
  }

  beforeEach(async () => {
    read = [];
    meanwhile = undefined;
    client = await openClient({}, { ...SYSTEM, disk });
  });
  afterEach(async () => {
    await watching?.watch.stop();
    watching = undefined;
    await client.close();
  });
  after(removeScratch);

  it("are refused above the limit, as any failed document, and never are in memory as a whole", async () => {
    drop("one.xml", 200 * MEGABYTE);
    for (const name of ["two", "three"]) drop(`${name}.xml`, 100 * MEGABYTE + 1);
    watching = new Watching(client);
    await until("all are in FailBox", () => readdirSync(box("FailBox")).length === 3);
    drop("good.xml", 100_000);
    await watching.until(() => watching?.claims.length === 1);
    assert.equal(watching.first.fileName, "good.xml");
    const rows = await refused();
    assert.equal(rows.length, 3);
    for (const row of rows) {
      assert.deepEqual([row.state, row.settled, row.box], ["failed", true, "FailBox"]);
      assert.equal(row.sha256, await hashOf(SYSTEM_DISK, join(box("FailBox"), row.boxName), SYSTEM.clock));
      assert.match(row.text, /(?:209715200|104857601) 字节.*100 MB/);
    }
    const receipts = readdirSync(box("InBox")).filter((name) => /^Failed_(?:one|two|three)_\d{17}\.xml$/.test(name));
    assert.equal(receipts.length, 3);
    assert.match(readFileSync(join(box("InBox"), receipts[0] as string), "utf8"), /<failCode>SW-SIZE<\/failCode>/);
    assert.ok(Math.max(...read) < MEGABYTE, `${read}`);
  });

  it("are answered in the business's own form as far as that is known, without being read for it", async () => {
    await client.close();
    client = await openClient({ localReceipts: "business" }, { ...SYSTEM, disk });
    drop("one.xml", 3 * MEGABYTE);
    watching = new Watching(client, { mostBytes: MEGABYTE });
    await until("it is in FailBox", () => readdirSync(box("FailBox")).length === 1);
    const [receipt = ""] = readdirSync(box("InBox"));
    assert.match(readFileSync(join(box("InBox"), receipt), "utf8"), /SW-SIZE/);
    assert.ok(Math.max(0, ...read) < MEGABYTE, `${read}`);
  });

  it("are on their way a few at a time, and small ones pass them", async () => {
    for (let number = 0; number < 4; number++) drop(`${number}.xml`, 10 * MEGABYTE);
    drop("big.xml", 70 * MEGABYTE);
    watching = new Watching(client);
    await watching.until(() => watching?.claims.length === 2);
    drop("small.xml", 100_000);
    await watching.until(() => watching?.claims.length === 3);
    assert.equal(watching.claims[2]?.row.fileName, "small.xml");
    for (let ended = 0; ended < 6; ended++) {
      await watching.until(() => (watching?.claims.length ?? 0) > ended);
      assert.ok(client.claims.inFlight.largeBytes("watch") <= 70 * MEGABYTE);
      const alone = watching.claims.some(({ row }) => row.fileName === "big.xml" && client.claims.inFlight.has(row.id));
      if (alone) assert.equal(client.claims.inFlight.largeBytes("watch"), 70 * MEGABYTE);
      const { row } = watching.claims[ended] as { row: { id: string } };
      await client.claims.fail(row.id, TEST);
    }
    assert.equal(readdirSync(box("FailBox")).length, 6);
  });

  it("are refused when a stop came between their row and the refusal", async () => {
    drop("a.xml", 3 * MEGABYTE);
    watching = new Watching(client);
    await watching.until(() => watching?.claims.length === 1);
    await watching.watch.stop();
    watching = new Watching(client, { mostBytes: MEGABYTE });
    await until("it is refused", () => readdirSync(box("FailBox")).length === 1);
    assert.equal((await refused()).length, 1);
    assert.equal(watching.claims.length, 0);
  });

  it("go to no flow when a person puts one on hold while it is read", async () => {
    drop("a.xml", 3 * MEGABYTE);
    watching = new Watching(client);
    await watching.until(() => watching?.claims.length === 1);
    const { id } = watching.first;
    await watching.watch.stop();
    let rounds = Number.POSITIVE_INFINITY;
    meanwhile = async () => {
      meanwhile = undefined;
      await client.claims.putOff(id, TEST);
      rounds = (watching as Watching).rounds + 3;
    };
    const again = new Watching(client);
    watching = again;
    await again.until(() => again.rounds >= rounds);
    assert.equal((await client.ledger.get(id))?.state, "held");
    assert.deepEqual([again.claims.length, client.claims.inFlight.count()], [0, 0]);
  });

  it("are small enough at the limit itself", async () => {
    drop("at.xml", 2 * MEGABYTE);
    drop("above.xml", 2 * MEGABYTE + 1);
    watching = new Watching(client, { mostBytes: 2 * MEGABYTE });
    await watching.until(() => watching?.claims.length === 1);
    await until("the other one is refused", () => readdirSync(box("FailBox")).length === 1);
    assert.equal(watching.first.fileName, "at.xml");
    assert.equal(watching.claims[0]?.payload.length, 2 * MEGABYTE);
    assert.equal((await refused())[0]?.fileName, "above.xml");
  });
});
