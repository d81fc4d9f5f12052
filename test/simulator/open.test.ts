import assert from "node:assert/strict";
import JSZip from "jszip";
import { writeZip } from "../../lib/archive/index.js";
import { open } from "../../simulator/open.js";
import { badZip, decZip } from "../../simulator/samples/index.js";

const ENTRIES = [
  { name: "报关单.xml", bytes: Buffer.from("<a>文字文字文字</a>") },
  { name: "b.pdf", bytes: Buffer.alloc(5000, 65) },
];

/** The local header's fields of the first entry, changed; the central directory stays. */
function withLocal(zip: Buffer, change: (header: Buffer) => void): Buffer {
  const copy = Buffer.from(zip);
  change(copy.subarray(0, 30));
  return copy;
}

describe("simulator: open", () => {
  it("takes what our writer writes, without a fault", async () => {
    for (const names of ["utf-8", "gbk"] as const) {
      const opened = open(await writeZip(ENTRIES, { at: Date.UTC(2026, 0, 1), names }));
      assert.deepEqual(opened.headerFaults, []);
      assert.deepEqual(opened.folders, []);
      assert.equal(opened.unreadable, undefined);
      assert.deepEqual(opened.entries, ENTRIES);
    }
    assert.deepEqual(open(await decZip()).headerFaults, []);
  });

  it("takes anything else as a bare XML", () => {
    const body = Buffer.from("<a/>");
    assert.deepEqual(open(body), {
      content: body,
      zipped: false,
      entries: [{ name: "", bytes: body }],
      folders: [],
      headerFaults: [],
    });
    assert.equal(open(Buffer.alloc(0)).zipped, false);
  });

  it("names folders, and still reads the entries", async () => {
    const opened = open(await badZip(ENTRIES, { folder: "x" }));
    assert.deepEqual(opened.folders, ["x/", "x/报关单.xml", "x/b.pdf"]);
    assert.deepEqual(
      opened.entries.map(({ name }) => name),
      ["x/报关单.xml", "x/b.pdf"],
    );
  });

  it("names a data descriptor and every field that a local header lacks", async () => {
    const faults = open(await badZip(ENTRIES, { dataDescriptors: true })).headerFaults;
    assert.ok(faults.some((fault) => fault.includes("data descriptor")));
    assert.ok(faults.some((fault) => fault.includes("no compressed size")));
    const good = await writeZip(ENTRIES, { at: Date.UTC(2026, 0, 1) });
    const cases: [string, (header: Buffer) => void][] = [
      ["no date", (header) => header.writeUInt16LE(0, 12)],
      ["no compressed size", (header) => header.writeUInt32LE(0, 18)],
      ["no size", (header) => header.writeUInt32LE(0, 22)],
      ["no CRC", (header) => header.writeUInt32LE(0, 14)],
    ];
    for (const [fault, change] of cases) {
      assert.deepEqual(open(withLocal(good, change)).headerFaults, [`报关单.xml: ${fault}`]);
    }
  });

  it("does not take a flipped byte or a cut-off archive", async () => {
    const good = await writeZip(ENTRIES, { at: Date.UTC(2026, 0, 1) });
    const stored = await new JSZip()
      .file("a.xml", "<a>1</a>")
      .generateAsync({ type: "nodebuffer", compression: "STORE" });
    assert.equal(open(stored).entries[0]?.bytes.toString(), "<a>1</a>");
    stored.write("<a>2</a>", stored.indexOf("<a>1</a>"));
    assert.equal(open(stored).unreadable, "a.xml: CRC differs");
    for (let length = 22; length < good.length; length += 7) {
      assert.notEqual(open(good.subarray(0, length)).unreadable, undefined, `cut at ${length}`);
    }
  });
});
