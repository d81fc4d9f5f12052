import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeZip } from "../../../lib/archive/index.js";
import { identityOf } from "../../../lib/business/identity.js";
import { Inspections } from "../../../lib/business/inspections.js";
import { normaliseFile } from "../../../lib/business/packing.js";
import { type Clock, SYSTEM_CLOCK } from "../../../lib/clock.js";
import { sha256Of } from "../../../lib/sha256.js";
import { loadLibXml } from "../../../lib/xml/libxml.js";
import { decXml, invtXml } from "../../../simulator/samples/index.js";

const OPTIONS = { at: Date.UTC(2026, 10, 24), flatten: false, names: "utf-8" as const };

/** How often libxml2 parses a document while something is done. */
async function parses(work: () => Promise<unknown>): Promise<number> {
  const { XmlDocument } = await loadLibXml();
  const original = XmlDocument.fromBuffer;
  let count = 0;
  XmlDocument.fromBuffer = (...given) => {
    count++;
    return original.apply(XmlDocument, given);
  };
  try {
    await work();
  } finally {
    XmlDocument.fromBuffer = original;
  }
  return count;
}

describe("inspections of documents on their way", () => {
  it("read the same bytes once, whoever holds them", async () => {
    const inspections = new Inspections();
    const xml = decXml();
    const count = await parses(async () => {
      const [first, second] = await Promise.all([
        inspections.of("1", xml, "a.xml"),
        inspections.of("1", Buffer.from(xml), "a.xml"),
      ]);
      assert.equal(first, second);
      assert.equal(await inspections.of("1", xml, "a.xml"), first);
    });
    assert.equal(count, 1);
  });

  it("read an XML once that is packed and unpacked on the way", async () => {
    const inspections = new Inspections();
    const xml = invtXml({ goods: 2 });
    const packed = await normaliseFile(xml, "a.xml", OPTIONS);
    const count = await parses(async () => {
      const bare = await inspections.of("1", xml, "a.xml");
      const zipped = await inspections.of("1", packed.bytes, packed.name);
      assert.equal(zipped.root, bare.root);
      assert.deepEqual([bare.zipped, zipped.zipped, zipped.xmlName], [false, true, "a.xml"]);
      assert.equal((await inspections.of("1", xml, "a.xml")).zipped, false);
    });
    assert.equal(count, 1);
  });

  it("read changed bytes anew, also where they were changed in place, or renamed", async () => {
    const inspections = new Inspections();
    const xml = decXml({ key: "C20240101000000001" });
    const first = await inspections.of("1", xml, "a.xml");
    xml.write("2", xml.indexOf("C20240101000000001") + 17);
    const second = await inspections.of("1", xml, "a.xml");
    assert.deepEqual([first.clientKey, second.clientKey], ["C20240101000000001", "C20240101000000002"]);
    assert.equal((await inspections.of("1", xml, "b.xml")).xmlName, "b.xml");
  });

  it("hash the same bytes once, and those that were changed in place anew", async () => {
    const inspections = new Inspections();
    const xml = decXml();
    // What was known is taken, so that it is seen whether anybody hashes again.
    await inspections.of("1", xml, "a.xml", "known");
    assert.equal(await inspections.sha256("1", Buffer.from(xml)), "known");
    assert.equal(await inspections.sha256("2", xml), sha256Of(xml));
    await inspections.of("2", xml, "a.xml");
    const hash = sha256Of(xml);
    assert.equal(await inspections.sha256("2", xml), hash);
    xml.writeUInt8(0x20, xml.length - 1);
    assert.equal(await inspections.sha256("1", xml), sha256Of(xml));
    assert.equal(await inspections.sha256("2", xml), sha256Of(xml));
    assert.notEqual(sha256Of(xml), hash);
  });

  it("let the event loop have its turn while a large document is copied and its parts are hashed, and read it once all the same", async () => {
    let turns = 0;
    let now = 0;
    const clock: Clock = {
      ...SYSTEM_CLOCK,
      // Whatever is done takes longer than a turn may.
      monotonic: () => {
        now += 100;
        return now;
      },
      pause: async () => {
        turns++;
      },
    };
    const pdf = { name: "00000001.pdf", bytes: randomBytes(12 * 1024 * 1024) };
    const zip = await writeZip([{ name: "a.xml", bytes: decXml() }, pdf], { at: 0 });
    const inspections = new Inspections(clock);
    const both = await Promise.all([inspections.of("1", zip, "a.zip"), inspections.of("1", zip, "a.zip")]);
    assert.equal(both[0], both[1]);
    assert.ok(turns >= 6, `${turns} turns in two copies of four pieces`);
    turns = 0;
    await identityOf(both[0], { clock });
    assert.ok(turns >= 2, `${turns} turns in three pieces that are hashed`);
  });

  it("keep documents apart, and forget those whose way is over", async () => {
    const inspections = new Inspections();
    const xml = decXml();
    const first = await inspections.of("1", xml, "a.xml");
    assert.notEqual(await inspections.of("2", xml, "a.xml"), first);
    inspections.drop("1");
    assert.notEqual(await inspections.of("1", xml, "a.xml"), first);
    inspections.drop("1");
    inspections.drop("2");
    inspections.drop("3");
    assert.deepEqual(inspections.size, { documents: 0, bytes: 0 });
  });

  it("forget what could not be read", async () => {
    const inspections = new Inspections();
    await assert.rejects(inspections.of("1", Buffer.from("<a>"), "a.xml"));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(inspections.size, { documents: 0, bytes: 0 });
    const xml = decXml();
    assert.equal((await inspections.of("1", xml, "a.xml")).kind?.type, "DEC");
  });

  it("keep so many documents and bytes, the last asked for longest, and always the newest", async () => {
    const xml = decXml();
    const few = new Inspections(undefined, { documents: 2, bytes: Number.POSITIVE_INFINITY });
    const first = await few.of("1", xml, "a.xml");
    const second = await few.of("2", xml, "a.xml");
    assert.equal(await few.of("1", xml, "a.xml"), first);
    await few.of("3", xml, "a.xml");
    assert.equal(few.size.documents, 2);
    assert.equal(await few.of("1", xml, "a.xml"), first);
    assert.notEqual(await few.of("2", xml, "a.xml"), second);

    const small = new Inspections(undefined, { documents: 100, bytes: 10 });
    await small.of("1", xml, "a.xml");
    const large = await small.of("2", xml, "a.xml");
    assert.equal(small.size.documents, 1);
    assert.ok(small.size.bytes > xml.length);
    assert.equal(await small.of("2", xml, "a.xml"), large);
  });
});
