import assert from "node:assert/strict";
import {
  closeSync,
  ftruncateSync,
  openSync,
  readdirSync,
  renameSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { writeZip } from "../../../lib/archive/index.js";
import { OutBox } from "../../../lib/boxes/out-box.js";
import type { ProducerTrust } from "../../../lib/boxes/producer-trust.js";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { SYSTEM_CLOCK } from "../../../lib/clock.js";
import { SYSTEM_DISK } from "../../../lib/files/disk.js";
import { SYSTEM } from "../../../lib/files/ports.js";
import { decXml, freshKey } from "../../../simulator/samples/index.js";
import { openClient } from "../../support/client.js";
import { produce, STYLES, type Style } from "../../support/producer.js";
import { removeScratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";
import { Watching } from "../../support/watching.js";

describe("files that are claimed as soon as their content proves that they are finished", () => {
  let client: ImportClient;
  let watching: Watching | undefined;
  const outBox = () => client.folders.of("DecCus001").box("OutBox");

  afterEach(async () => {
    await watching?.watch.stop();
    watching = undefined;
    await client.close();
  });
  after(removeScratch);

  /** What was given out for a file. */
  const given = (name: string) =>
    (watching?.claims ?? []).filter(({ row }) => row.fileName === name).map(({ payload }) => payload);

  /** Files that are left alone: what comes after is met at its producer's speed. */
  async function earnTrust(): Promise<void> {
    const names = Array.from({ length: 20 }, (_, index) => `${index}.xml`);
    for (const name of names) writeFileSync(join(outBox(), name), decXml({ key: freshKey() }));
    await watching?.until(() => names.every((name) => given(name).length === 1));
  }

  it("are given out whole, in whichever of the ways of producers they are written", async () => {
    client = await openClient();
    watching = new Watching(client, { maxInFlight: 100 });
    await earnTrust();
    const written = new Map<string, Buffer>();
    for (const style of STYLES) {
      for (let number = 0; number < 3; number++) {
        const key = freshKey();
        const xml = decXml({ key });
        written.set(`${style}-${number}.xml`, xml);
        const zip = await writeZip([{ name: `${key}.xml`, bytes: decXml() }], { at: 1_700_000_000_000 });
        written.set(`${style}-${number}.zip`, zip);
      }
    }
    await Promise.all(
      [...written].map(([name, bytes]) => produce(outBox(), name, bytes, name.replace(/-\d.*/, "") as Style)),
    );
    const missing = () => [...written.keys()].filter((name) => given(name).length === 0);
    await until(
      () => `all are claimed, without ${missing()}`,
      () => missing().length === 0,
    );
    for (const [name, bytes] of written) {
      assert.equal(given(name).length, 1, name);
      assert.ok(given(name)[0]?.equals(bytes), `${name} was given out half`);
    }
  });

  it("are one whole version or the other when their producer writes them a second time in their place", async () => {
    client = await openClient();
    watching = new Watching(client, { maxInFlight: 100 });
    await earnTrust();
    const versions = new Map<string, Buffer[]>();
    const rewrite = async (name: string, after: number) => {
      const [first, second] = [decXml(), decXml({ goods: 30 })];
      versions.set(name, [first, second]);
      const handle = openSync(join(outBox(), name), "w");
      writeSync(handle, first, 0, first.length, 0);
      await pause(after);
      ftruncateSync(handle, 0);
      const middle = second.length >> 1;
      writeSync(handle, second, 0, middle, 0);
      await pause(after);
      writeSync(handle, second, middle, second.length - middle, middle);
      closeSync(handle);
    };
    const pauses = [1, 4, 8, 12, 16, 20, 30, 60, 120];
    await Promise.all(pauses.map((after) => rewrite(`after ${after}.xml`, after)));
    await watching.until(() => [...versions.keys()].every((name) => given(name).length > 0));
    for (const [name, whole] of versions) {
      for (const payload of given(name)) {
        assert.ok(
          whole.some((version) => version.equals(payload)),
          `${name} was given out half`,
        );
      }
    }
  });

  it("have to be still also after a restart, once their producer was seen to write a whole one again", async () => {
    client = await openClient();
    const { settings } = client;
    const fact = (asked: ImportClient) => asked.ledger.fact("rewritten deccus001");
    watching = new Watching(client, { maxInFlight: 100 });
    await earnTrust();
    assert.equal(await fact(client), undefined);
    const rewritten = join(outBox(), "again.xml");
    writeFileSync(rewritten, decXml());
    await watching.until(() => given("again.xml").length === 1);
    writeFileSync(rewritten, decXml({ goods: 30 }));
    await until("it to be noted", async () => (await fact(client)) === "1");
    await watching.watch.stop();
    await client.close();

    client = await openClient(settings);
    watching = new Watching(client, { maxInFlight: 100 });
    const names = Array.from({ length: 25 }, (_, index) => `later ${index}.xml`);
    for (const name of names) writeFileSync(join(outBox(), name), decXml({ key: freshKey() }));
    await watching.until(() => names.every((name) => given(name).length === 1));
    const [box] = (
      watching.watch as unknown as { boxes: Map<string, { outBox: { trust: ProducerTrust } }> }
    ).boxes.values();
    assert.equal(box?.outBox.trust.given, false, "so many are enough for a folder of which nothing is known");
  });

  it("go back when their writer goes on while they are claimed, and come whole after that", async () => {
    const [first, second] = [decXml(), decXml({ goods: 30 })];
    let handle: number | undefined;
    const rename = (from: string, to: string) => {
      renameSync(from, to);
      if (handle === undefined || !to.includes("TempBox")) return;
      writeSync(handle, second, 0, second.length >> 1, 0);
      const open = handle;
      handle = undefined;
      setImmediate(() => {
        writeSync(open, second, 0, second.length, 0);
        closeSync(open);
      });
    };
    client = await openClient({}, { ...SYSTEM, disk: { ...SYSTEM_DISK, rename } });
    handle = openSync(join(outBox(), "a.xml"), "w");
    writeSync(handle, first);
    watching = new Watching(client);
    await watching.until(() => watching?.claims.length === 1);
    assert.ok(given("a.xml")[0]?.equals(second));
    assert.deepEqual(readdirSync(outBox()), []);
    const rows = await client.ledger.unsettled();
    assert.deepEqual(
      rows.map(({ size }) => size),
      [second.length],
      "the claim that was given up left no row",
    );
  });

  it("are left where they are when other bytes have come with the same size and time", async () => {
    client = await openClient();
    const first = decXml();
    const second = Buffer.from(first.toString().replace("<TradeCode>", "<tradeCode>"));
    const path = join(outBox(), "a.xml");
    writeFileSync(path, first);
    utimesSync(path, 1_700_000_000, 1_700_000_000);
    let now = 0;
    const box = new OutBox(
      client.folders.of("DecCus001"),
      { files: client.files, clock: { ...SYSTEM_CLOCK, monotonic: () => now } },
      { incompleteAfter: 1000 },
    );
    await box.list();
    await box.ready();
    now = 150;
    assert.deepEqual((await box.ready()).names, ["a.xml"]);
    writeFileSync(path, second);
    utimesSync(path, 1_700_000_000, 1_700_000_000);
    assert.equal(await client.claims.begin("watch", box, "a.xml"), undefined);
    assert.deepEqual([readdirSync(outBox()), await client.ledger.unsettled()], [["a.xml"], []]);
    watching = new Watching(client);
    await until("it is claimed as it is now", () => given("a.xml")[0]?.equals(second));
  });
});
