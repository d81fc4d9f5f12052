import assert from "node:assert/strict";
import { closeSync, ftruncateSync, openSync, readdirSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { readZip, writeZip } from "../../../lib/archive/index.js";
import type { ImportClient } from "../../../lib/client/import-client.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { decXml, type Edoc, edocName, freshKey, pdf } from "../../../simulator/samples/index.js";
import { openClient } from "../../support/client.js";
import { removeScratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";
import { Watching } from "../../support/watching.js";

/** Whatever its two ends say, what was written a moment ago may not be finished. */
describe("a file that is written out of order, or in pieces with pauses", () => {
  let client: ImportClient;
  let watching: Watching;
  const outBox = (name = "") => join(client.folders.of("DecCus001").box("OutBox"), name);
  const claimed = async (count = 1) => {
    await watching.until(() => watching.claims.length === count);
    return watching.claims[count - 1] as { row: DocumentRow; payload: Buffer };
  };
  /** The watch has looked so many times more. */
  const looked = async (times: number) => {
    const { rounds } = watching;
    await watching.until(() => watching.rounds > rounds + times);
  };

  beforeEach(async () => {
    client = await openClient();
    client.folders.of("DecCus001").make();
  });
  afterEach(async () => {
    await watching.watch.stop();
    await client.close();
  });
  after(removeScratch);

  /** The whole size, with zeros in the middle; what is to be written there. */
  function withHole(name: string, bytes: Buffer): () => void {
    const [from, to] = [Math.floor(bytes.length * 0.4), Math.floor(bytes.length * 0.6)];
    const file = openSync(outBox(name), "w");
    ftruncateSync(file, bytes.length);
    writeSync(file, bytes, 0, from, 0);
    writeSync(file, bytes, to, bytes.length - to, to);
    closeSync(file);
    return () => {
      const again = openSync(outBox(name), "r+");
      writeSync(again, bytes, from, to - from, from);
      closeSync(again);
    };
  }

  const large = (key: string) => decXml({ key, goods: 600 });

  for (const [what, name, make] of [
    ["an XML", "a.xml", async () => large(freshKey())],
    ["a ZIP", "a.zip", async () => writeZip([{ name: "a.xml", bytes: large(freshKey()) }], { at: 1_700_000_000_000 })],
  ] as const) {
    it(`${what} is claimed when its middle is there`, async () => {
      const bytes = await make();
      const fill = withHole(name, bytes);
      watching = new Watching(client);
      await looked(5);
      assert.equal(watching.claims.length, 0);
      fill();
      assert.ok((await claimed()).payload.equals(bytes));
      assert.deepEqual(await client.ledger.query({ limit: 10, state: ["failed"] }), []);
    });
  }

  it("is refused with its own reason when its middle does not come", async () => {
    withHole("a.xml", large(freshKey()));
    watching = new Watching(client);
    const { payload } = await claimed();
    assert.ok(payload.includes(0), "the checks name it");
  });

  const edoc = (bytes?: Buffer): Edoc => {
    const id = edocName("5300", "00000001");
    return { id, code: "00000001", bytes: bytes ?? pdf([id]) };
  };
  const entryOf = async (zip: Buffer, name: string) => (await readZip(zip)).find((entry) => entry.name === name)?.bytes;

  it("a PDF is waited for that is shorter than EdocSize says, and then goes as it is", async () => {
    const one = edoc();
    const first = Buffer.concat([one.bytes, Buffer.from("2 0 obj\nsignature\nendobj\n%%EOF\n")]);
    writeFileSync(outBox(one.id), one.bytes);
    writeFileSync(outBox("a.xml"), decXml({ key: freshKey(), goods: 1, edocs: [{ ...one, bytes: first }] }));
    watching = new Watching(client);
    await until("it waits for its PDF", () => watching.withoutPdfs === 1);
    await looked(5);
    assert.equal(watching.claims.length, 0);
    writeFileSync(outBox(one.id), first);
    const { row, payload } = await claimed();
    assert.deepEqual(await entryOf(payload, one.id), first);
    await client.claims.fail(row.id, { code: "SW-TEST", text: { zh: "试", en: "test" } });

    await watching.watch.stop();
    writeFileSync(outBox(one.id), one.bytes);
    writeFileSync(outBox("b.xml"), decXml({ key: freshKey(), goods: 1, edocs: [{ ...one, bytes: first }] }));
    watching = new Watching(client, { pdfWait: 1_500 });
    assert.deepEqual(await entryOf((await claimed()).payload, one.id), one.bytes, "a wrong EdocSize stops nothing");
  });

  it("a PDF that is padded is taken as it is", async () => {
    const padded = edoc();
    writeFileSync(outBox(padded.id), Buffer.concat([padded.bytes, Buffer.alloc(200)]));
    writeFileSync(outBox("a.xml"), decXml({ key: freshKey(), goods: 1, edocs: [padded] }));
    watching = new Watching(client);
    const { payload } = await claimed();
    assert.equal((await entryOf(payload, padded.id))?.length, padded.bytes.length + 200);
  });

  it("a PDF with a block of zeros in it is waited for until somebody fills that", async () => {
    const bytes = Buffer.concat([Buffer.from("%PDF-1.4\n"), Buffer.alloc(40_000, "abcdefg\n"), Buffer.from("%%EOF\n")]);
    const holed = edoc(bytes);
    const fill = withHole(holed.id, bytes);
    writeFileSync(outBox("a.xml"), decXml({ key: freshKey(), goods: 1, edocs: [holed] }));
    watching = new Watching(client);
    await looked(5);
    assert.equal(watching.claims.length, 0);
    fill();
    assert.deepEqual(await entryOf((await claimed()).payload, holed.id), bytes);
    assert.deepEqual(readdirSync(outBox()), []);
  });
});
