import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readZip } from "../../../lib/archive/index.js";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { openClient as open } from "../../../lib/client/open.js";
import { neutral } from "../../../lib/errors.js";
import { SYSTEM } from "../../../lib/files/ports.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { decXml, type Edoc, edocName, freshKey, pdf } from "../../../simulator/samples/index.js";
import { clientSettings, openClient } from "../../support/client.js";
import { removeScratch, scratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";
import { Watching } from "../../support/watching.js";

const edoc = (code = "00000001"): Edoc => {
  const id = edocName("5300", code);
  return { id, code, bytes: pdf([id]) };
};

describe("PDFs of a bare declaration (faq 15)", () => {
  let client: ImportClient;
  let watching: Watching | undefined;
  const box = (name: "OutBox" | "TempBox" | "SentBox" | "FailBox" | "InBox") =>
    client.folders.of("DecCus001").box(name);
  const files = (name: Parameters<typeof box>[0]) => readdirSync(box(name)).sort();
  const drop = (name: string, bytes: Buffer) => {
    writeFileSync(join(box("OutBox"), `${name}.tmp`), bytes);
    renameSync(join(box("OutBox"), `${name}.tmp`), join(box("OutBox"), name));
  };
  const watch = (change: ConstructorParameters<typeof Watching>[1] = {}) => {
    watching = new Watching(client, change);
    return watching;
  };
  const declaration = (edocs: readonly Edoc[], key = freshKey()) => {
    const xml = decXml({ key, goods: 1, edocs });
    drop(`${key}.xml`, xml);
    return { key, xml };
  };
  const claimed = async (watching: Watching, count = 1) => {
    await watching.until(() => watching.claims.length === count);
    return watching.claims[count - 1] as { row: DocumentRow; payload: Buffer };
  };
  const entries = async (zip: Buffer) =>
    Object.fromEntries((await readZip(zip)).map(({ name, bytes }) => [name, bytes.toString("base64")]));
  const base64 = ({ bytes }: Edoc) => bytes.toString("base64");

  beforeEach(async () => {
    client = await openClient();
  });
  afterEach(async () => {
    await watching?.watch.stop();
    watching = undefined;
    await client.close();
  });
  after(removeScratch);

  it("become one ZIP with it, which is the document from then on", async () => {
    const [one, two] = [edoc(), edoc("00000002")];
    drop(one.id, one.bytes);
    const { key, xml } = declaration([one, two]);
    drop(two.id, two.bytes);
    const { row, payload } = await claimed(watch());
    assert.deepEqual([row.fileName, row.messageType, row.clientKey], [`${key}.zip`, "DEC", key]);
    assert.deepEqual(await entries(payload), {
      [`${key}.xml`]: xml.toString("base64"),
      [one.id]: base64(one),
      [two.id]: base64(two),
    });
    assert.deepEqual(files("OutBox"), []);
    assert.deepEqual(files("TempBox"), [row.boxName]);
    assert.deepEqual(readFileSync(join(box("TempBox"), row.boxName)), payload);
    await client.claims.fail(row.id, { code: "SW-TEST", text: { zh: "试", en: "test" } });
    const [failed = ""] = files("FailBox");
    assert.match(failed, new RegExp(`^${key}_\\d{17}\\.zip$`));
    assert.match(files("InBox")[0] ?? "", new RegExp(`^Failed_${key}_\\d{17}\\.xml$`));
  });

  it("are waited for, and a loose one is no document meanwhile", async () => {
    const [one, two] = [edoc(), edoc("00000002")];
    drop(one.id, one.bytes);
    const { key } = declaration([one, two]);
    const watching = watch();
    await until("the document to be held", () => watching.withoutPdfs === 1);
    const waits = () => client.waiting.list();
    const seen = () => waits().files.map(({ file, reason, missing }) => [file, reason, ...missing].join(" "));
    const wanted = `DecCus001/${key}.xml pdfs ${two.id}`;
    await until("it is seen, and what it waits for", () => seen().join() === wanted);
    assert.equal(waits().count, 1);
    assert.ok((waits().files[0]?.until ?? 0) > Date.now());
    // Half of it, in place: it is not taken before it is whole.
    writeFileSync(join(box("OutBox"), two.id), two.bytes.subarray(0, 200));
    const other = freshKey();
    drop(`${other}.xml`, decXml({ key: other, goods: 1 }));
    assert.equal((await claimed(watching)).row.clientKey, other);
    assert.equal(watching.withoutPdfs, 1);
    writeFileSync(join(box("OutBox"), two.id), two.bytes);
    const { row, payload } = await claimed(watching, 2);
    assert.equal(row.clientKey, key);
    assert.equal((await entries(payload))[two.id], base64(two));
    assert.deepEqual(watching.notices, []);
    assert.deepEqual(files("OutBox"), []);
    await until("nothing is seen to wait", () => waits().count === 0);
  });

  it("that never come let the document go on without them, with those that came", async () => {
    const [one, two] = [edoc(), edoc("00000002")];
    drop(one.id, one.bytes);
    const first = declaration([one, two]);
    const second = declaration([edoc()]);
    const watching = watch({ pdfWait: 1_000 });
    await claimed(watching, 2);
    const of = (key: string) =>
      watching.claims.find(({ row }) => row.clientKey === key) as (typeof watching.claims)[number];
    assert.equal(of(first.key).row.fileName, `${first.key}.zip`);
    assert.deepEqual(Object.keys(await entries(of(first.key).payload)), [`${first.key}.xml`, one.id]);
    assert.equal(of(second.key).row.fileName, `${second.key}.xml`);
    assert.deepEqual(of(second.key).payload, second.xml);
  });

  it("that no document names go to FailBox with the reason", async () => {
    const loose = edoc();
    drop(loose.id, loose.bytes);
    watch({ pdfWait: 500 });
    await until("the PDF in FailBox", () => files("InBox").length === 1 && files("FailBox").length === 1);
    const [receipt = ""] = files("InBox");
    assert.match(readFileSync(join(box("InBox"), receipt), "utf8"), /SW-RULE-pdf-without-edoc/);
    assert.deepEqual(readFileSync(join(box("FailBox"), files("FailBox")[0] as string)), loose.bytes);
    assert.deepEqual(watching?.claims, []);
  });

  it("that two documents name go into both, and leave the OutBox with the last", async () => {
    const shared = edoc();
    drop(shared.id, shared.bytes);
    const keys = [declaration([shared]).key, declaration([shared]).key];
    const watching = watch();
    await claimed(watching, 2);
    for (const { row, payload } of watching.claims) {
      assert.ok(keys.includes(row.clientKey));
      assert.equal((await entries(payload))[shared.id], base64(shared));
    }
    assert.deepEqual(files("OutBox"), []);
    assert.deepEqual(files("TempBox").length, 2);
  });

  it("are found in a folder of their own, where they stay", async () => {
    const folder = scratch();
    const one = edoc();
    writeFileSync(join(folder, one.id), one.bytes);
    const keys = [declaration([one]).key];
    const watching = watch({ pdfFolder: folder });
    await claimed(watching);
    keys.push(declaration([one]).key);
    await claimed(watching, 2);
    for (const { payload } of watching.claims) assert.equal((await entries(payload))[one.id], base64(one));
    assert.deepEqual(readdirSync(folder), [one.id]);
  });

  it("go into the ZIP under the name of EdocID, whatever their case", async () => {
    const one = edoc();
    drop(one.id.replace(".pdf", ".PDF").replace("IM", "im"), one.bytes);
    const { key } = declaration([one]);
    const { payload } = await claimed(watch());
    assert.deepEqual(Object.keys(await entries(payload)), [`${key}.xml`, one.id]);
    assert.deepEqual(files("OutBox"), []);
  });

  it("are not looked for outside the two folders", async () => {
    const folder = join(scratch(), "pdfs");
    mkdirSync(folder);
    writeFileSync(join(folder, "..", "secret.pdf"), pdf(["secret"]));
    const { key } = declaration([{ ...edoc(), id: "../secret.pdf" }]);
    const { row } = await claimed(watch({ pdfFolder: folder }));
    assert.equal(row.fileName, `${key}.xml`);
  });

  it("are left to the flow when the gathering is off, each file a document of its own", async () => {
    const one = edoc();
    declaration([one]);
    drop(one.id, one.bytes);
    const watching = watch({ pdfWait: 0 });
    await claimed(watching, 2);
    assert.deepEqual(watching.claims.map(({ row }) => row.messageType).sort(), ["", "DEC"]);
  });

  it("hold up no other document, however many wait", async () => {
    for (let index = 0; index < 1_100; index++) declaration([edoc()], `W${index}`);
    const key = freshKey();
    const watching = watch({ pdfWait: 600_000 });
    await until("all to be held", () => watching.withoutPdfs === 1_100, 30_000);
    assert.deepEqual([client.waiting.list().count, client.waiting.list().files.length], [1_100, 20]);
    drop(`${key}.xml`, decXml({ key, goods: 1 }));
    assert.equal((await claimed(watching)).row.clientKey, key);
  }).timeout(180_000);

  it("are there for a document behind a long OutBox, whose turn comes late", async () => {
    for (let index = 0; index < 1_100; index++) drop(`F${index}.xml`, decXml({ key: `F${index}`, goods: 1 }));
    const one = edoc();
    drop(one.id, one.bytes);
    const { key } = declaration([one]);
    const watching = watch({ pdfWait: 300, maxInFlight: 50 });
    let ended = 0;
    const last = () => watching.claims.find(({ row }) => row.clientKey === key);
    while (!last()) {
      await watching.until(() => watching.claims.length > ended);
      const some = watching.claims.slice(ended);
      ended += some.length;
      await Promise.all(some.map(({ row }) => client.claims.fail(row.id, { code: "SW-TEST", text: neutral("done") })));
    }
    assert.equal(last()?.row.fileName, `${key}.zip`);
    assert.deepEqual(
      files("FailBox").filter((name) => name.endsWith(".pdf")),
      [],
    );
  }).timeout(360_000);

  describe("in a time that jumps", () => {
    let jump: number;
    beforeEach(async () => {
      await client.close();
      jump = 0;
      const clock = { ...SYSTEM.clock, monotonic: () => SYSTEM.clock.monotonic() + jump };
      // Nobody says that a folder has changed, as on a share.
      const disk = Object.assign(Object.create(SYSTEM.disk), { watch: () => () => undefined });
      client = (await open(clientSettings(), { ports: { ...SYSTEM, clock, disk } })).client;
    });
    /** A declaration without its PDF, seen to wait. */
    async function waiting(change: Parameters<typeof watch>[0]) {
      const one = edoc();
      const { key } = declaration([one]);
      const watching = watch(change);
      await until("it waits for its PDF", () => watching.withoutPdfs === 1);
      return { one, key, watching };
    }
    const looked = async (watching: Watching, times = 5) => {
      const { rounds } = watching;
      await watching.until(() => watching.rounds > rounds + times);
    };
    /** A pause between two looks counts 5 s at most. */
    const watched = async (watching: Watching, seconds: number) => {
      for (let passed = 0; passed < seconds; passed += 5) {
        jump += 5_000;
        await looked(watching, 1);
      }
    };

    it("are waited for in time that was spent looking: a frozen process has waited for nothing", async () => {
      const { one, key, watching } = await waiting({ pdfWait: 20_000 });
      jump = 3_600_000;
      drop(one.id, one.bytes);
      assert.equal((await claimed(watching)).row.fileName, `${key}.zip`);
    });

    it("and came when the names had been read for the last time in it are found, however seldom that is", async () => {
      const { one, key, watching } = await waiting({ pdfWait: 3_000, interval: 600_000 });
      drop(one.id, one.bytes);
      jump = 4_000;
      await looked(watching);
      assert.equal(watching.claims.length, 0);
      jump = 604_000;
      assert.equal((await claimed(watching)).row.fileName, `${key}.zip`);
    });

    it("and are still being copied at its end have as much from then on", async () => {
      const { one, key, watching } = await waiting({ pdfWait: 60_000 });
      await watched(watching, 30);
      writeFileSync(join(box("OutBox"), one.id), one.bytes.subarray(0, one.bytes.length - 10));
      await looked(watching);
      await watched(watching, 30);
      assert.equal(watching.claims.length, 0);
      writeFileSync(join(box("OutBox"), one.id), one.bytes);
      assert.equal((await claimed(watching)).row.fileName, `${key}.zip`);
    });
  });

  it("stay with it when it is given back and claimed again, and when the ledger is locked in the middle", async () => {
    const one = edoc();
    drop(one.id, one.bytes);
    const { key, xml } = declaration([one]);
    const { claim } = client.ledger;
    let locked = 3;
    client.ledger.claim = async (row, options) => {
      if (locked-- > 0) throw Object.assign(new Error("database is locked"), { code: "SW-LEDGER" });
      return claim.call(client.ledger, row, options);
    };
    const watching = watch({ pdfWait: 1_000 });
    const { row } = await claimed(watching);
    await client.claims.giveBack(row.id, 10, { code: "SW-PIN-BLOCKED", text: neutral("no card") });
    const { row: again, payload } = await claimed(watching, 2);
    assert.deepEqual([again.id, again.fileName, again.attempt], [row.id, `${key}.zip`, 2]);
    assert.deepEqual(await entries(payload), { [`${key}.xml`]: xml.toString("base64"), [one.id]: base64(one) });
    assert.deepEqual(files("FailBox"), []);
  });

  it("that come when it was claimed without them and given back are gathered, and it is no repeat of itself", async () => {
    const one = edoc();
    const { key, xml } = declaration([one]);
    const watching = watch({ pdfWait: 1_500 });
    const { row: bare } = await claimed(watching);
    assert.equal(bare.fileName, `${key}.xml`);
    await client.claims.giveBack(bare.id, 10, { code: "SW-PIN-BLOCKED", text: neutral("no card") });
    drop(one.id, one.bytes);
    const { row, payload } = await claimed(watching, 2);
    assert.deepEqual([row.fileName, row.state], [`${key}.zip`, "claimed"]);
    assert.deepEqual(await entries(payload), { [`${key}.xml`]: xml.toString("base64"), [one.id]: base64(one) });
    const before = await client.ledger.get(bare.id);
    assert.deepEqual([before?.state, before?.code, before?.settled], ["failed", "SW-REPLACED", true]);
    assert.deepEqual([files("FailBox"), files("OutBox")], [[], []]);
  });

  it("that are written ahead with zeros are waited for until they are PDFs", async () => {
    const one = edoc();
    writeFileSync(join(box("OutBox"), one.id), Buffer.alloc(one.bytes.length));
    const { key } = declaration([one]);
    const watching = watch({ pdfWait: 30_000 });
    await until("it waits for its PDF", () => watching.withoutPdfs === 1);
    // The same size, and a time of long ago.
    const late = join(box("OutBox"), one.id);
    const { rounds } = watching;
    await watching.until(() => watching.rounds > rounds + 5);
    assert.equal(watching.claims.length, 0);
    writeFileSync(late, one.bytes);
    utimesSync(late, 0, 0);
    const { row, payload } = await claimed(watching);
    assert.equal(row.fileName, `${key}.zip`);
    assert.equal((await entries(payload))[one.id], base64(one));
  });
});
