import assert from "node:assert/strict";
import { crc32, deflateRawSync } from "node:zlib";
import { headersOf, isZip, readZip, writeZip } from "../../../lib/archive/index.js";
import { ImportClientError } from "../../../lib/errors.js";
import { type RawEntry, type RawZip, rawZip } from "./zip-bytes.js";

const XML = "<DecMessage/>";

/** The refusal of a ZIP: its code and reason, and that it speaks both languages. */
async function refusal(bytes: Buffer, options?: Parameters<typeof readZip>[1]): Promise<ImportClientError> {
  const error = await readZip(bytes, options).then(
    () => assert.fail("it was read"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ImportClientError, String(error));
  assert.equal(error.code, "SW-ZIP");
  assert.ok(error.text.zh !== "" && error.text.en !== "" && error.advice);
  return error;
}

async function reasonOf(entries: RawEntry[], zip?: RawZip, options?: Parameters<typeof readZip>[1]): Promise<unknown> {
  return (await refusal(rawZip(entries, zip), options)).details.reason;
}

function descriptor(content: string, signed = true): Buffer {
  const data = deflateRawSync(Buffer.from(content));
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(0x08074b50, 0);
  bytes.writeUInt32LE(crc32(content), 4);
  bytes.writeUInt32LE(data.length, 8);
  bytes.writeUInt32LE(content.length, 12);
  return signed ? bytes : bytes.subarray(4);
}

describe("readZip", () => {
  it("reads what an honest writer wrote, deflated and stored", async () => {
    const bytes = rawZip([
      { name: "a.xml", content: XML },
      { name: "b.pdf", content: "%PDF", method: 0 },
      { name: "empty.txt", method: 0 },
    ]);
    assert.ok(isZip(bytes));
    assert.deepEqual(
      (await readZip(bytes)).map(({ name, bytes: content }) => [name, content.toString()]),
      [
        ["a.xml", XML],
        ["b.pdf", "%PDF"],
        ["empty.txt", ""],
      ],
    );
  });

  it("takes data descriptors with and without signature", async () => {
    for (const signed of [true, false]) {
      const bytes = rawZip([
        {
          name: "a.xml",
          content: XML,
          flags: 0x0808,
          local: { crc: 0, size: 0, packed: 0 },
          after: descriptor(XML, signed),
        },
        { name: "b.xml", content: XML },
      ]);
      assert.equal((await readZip(bytes))[0]?.bytes.toString(), XML);
    }
  });

  it("takes a comment", async () => {
    assert.equal(
      (await readZip(rawZip([{ name: "a", content: "x" }], { comment: Buffer.from("by an ERP") }))).length,
      1,
    );
  });

  it("decodes names: UTF-8 by flag, UTF-8 without it, GB18030 without it, Unicode Path field", async () => {
    const gbk = Buffer.from("b1a8b9d8b5a52e786d6c", "hex");
    const nameOf = async (entry: RawEntry) => (await readZip(rawZip([entry])))[0]?.name;
    assert.equal(await nameOf({ name: "报关单.xml" }), "报关单.xml");
    assert.equal(await nameOf({ name: "报关单.xml", flags: 0 }), "报关单.xml");
    assert.equal(await nameOf({ name: gbk, flags: 0 }), "报关单.xml");
    const raw = Buffer.from([0x82, 0x2e, 0x78]);
    const path = Buffer.concat([Buffer.alloc(9), Buffer.from("é.x")]);
    path.writeUInt16LE(0x7075, 0);
    path.writeUInt16LE(path.length - 4, 2);
    path[4] = 1;
    path.writeUInt32LE(crc32(raw), 5);
    assert.equal(await nameOf({ name: raw, flags: 0, extra: path }), "é.x");
    assert.equal(await reasonOf([{ name: gbk, flags: 0x0800 }]), "name");
    assert.equal(await reasonOf([{ name: Buffer.from([0xff, 0xff]), flags: 0 }]), "name");
  });

  it("refuses a folder, names the entry in both languages, and flattens on request", async () => {
    const entries: RawEntry[] = [
      { name: "报关单/", method: 0, attributes: 0x41ed0010 },
      { name: "报关单/a.xml", content: XML },
      { name: "报关单/pdf/b.pdf", content: "%PDF" },
    ];
    const error = await refusal(rawZip(entries));
    assert.equal(error.details.entry, "报关单/");
    assert.match(error.text.zh, /报关单\//);
    assert.match(error.text.en, /报关单\//);
    assert.equal(await reasonOf([{ name: "x\\a.xml" }]), "folder");
    assert.deepEqual(
      (await readZip(rawZip(entries), { flatten: true })).map(({ name }) => name),
      ["a.xml", "b.pdf"],
    );
    assert.equal(await reasonOf([{ name: "x/a.xml" }, { name: "y\\A.xml" }], {}, { flatten: true }), "duplicate");
    assert.equal(await reasonOf([{ name: "/a.xml" }]), "absolute");
    assert.deepEqual(
      (
        await readZip(rawZip([{ name: "/a.xml" }, { name: "./b.pdf" }, { name: "__MACOSX/._a.xml" }]), {
          flatten: true,
        })
      ).map(({ name }) => name),
      ["a.xml", "b.pdf"],
    );
    for (const name of ["//a.xml", "C:/a.xml"])
      assert.equal(await reasonOf([{ name }], {}, { flatten: true }), "absolute");
  });

  for (const name of ["../a.xml", "x/../../a.xml", "..\\a.xml", "..", "."]) {
    it(`refuses to climb: ${name}, also when flattening`, async () => {
      assert.equal(await reasonOf([{ name }]), "climbs");
      assert.equal(await reasonOf([{ name }], {}, { flatten: true }), "climbs");
    });
  }

  for (const name of ["/etc/passwd", "\\a", "C:\\a.xml", "c:a"]) {
    it(`refuses an absolute path: ${name}`, async () => assert.equal(await reasonOf([{ name }]), "absolute"));
  }

  for (const name of ["", "a\0.xml", "a\nb", "a\u001b[31m", "a\u202elmx.exe"]) {
    it(`refuses the name ${JSON.stringify(name)} and does not repeat it raw`, async () => {
      const error = await refusal(rawZip([{ name }]));
      assert.equal(error.details.reason, "name");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that there is none is the point.
      assert.doesNotMatch(error.text.en, /[\u0000-\u001f\u202e]/);
    });
  }

  it("refuses names that differ only in case or Unicode form", async () => {
    assert.equal(await reasonOf([{ name: "a.xml" }, { name: "a.xml" }]), "duplicate");
    assert.equal(await reasonOf([{ name: "a.xml" }, { name: "A.XML" }]), "duplicate");
    assert.equal(await reasonOf([{ name: "é" }, { name: "e\u0301" }]), "duplicate");
  });

  it("refuses links, devices and encryption", async () => {
    assert.equal(await reasonOf([{ name: "a", attributes: 0xa1ff0000 }]), "link");
    assert.equal(await reasonOf([{ name: "a", attributes: 0x61ff0000 }]), "link");
    assert.equal(await reasonOf([{ name: "a", flags: 0x0801 }]), "encrypted");
    assert.equal(await reasonOf([{ name: "a", flags: 0x2800 }]), "encrypted");
    assert.equal(await reasonOf([{ name: "a", flags: 0x0840 }]), "damaged");
    assert.equal(await reasonOf([{ name: "a", method: 12, data: Buffer.from("x") }]), "method");
  });

  it("refuses headers that disagree, field by field", async () => {
    const content = XML;
    for (const local of [
      { name: "b.xml" },
      { crc: 1 },
      { size: 1 },
      { packed: 1 },
      { method: 0 },
      { flags: 0 },
      { flags: 0x0808 },
    ]) {
      assert.equal(await reasonOf([{ name: "a.xml", content, local }]), "disagree", JSON.stringify(local));
    }
    const lying = descriptor(XML);
    lying[13] = 1;
    assert.equal(
      await reasonOf([{ name: "a.xml", content, flags: 0x0808, local: { crc: 0, size: 0, packed: 0 }, after: lying }]),
      "disagree",
    );
  });

  it("refuses sizes that both headers lie about", async () => {
    assert.equal(await reasonOf([{ name: "a", content: "12345", size: 4 }]), "size");
    assert.equal(await reasonOf([{ name: "a", content: "12345", size: 6 }]), "size");
    assert.equal(await reasonOf([{ name: "a", content: "x".repeat(300_000), size: 200_000 }]), "size");
  });

  it("refuses data behind the end of the deflate stream", async () => {
    const data = Buffer.concat([deflateRawSync(Buffer.from(XML)), Buffer.from("hidden")]);
    assert.equal(await reasonOf([{ name: "a", content: XML, data }]), "damaged");
  });

  it("checks the CRC, stored and deflated", async () => {
    assert.equal(await reasonOf([{ name: "a", content: "abc", method: 0, crc: 7 }]), "crc");
    assert.equal(await reasonOf([{ name: "a", content: "abc", crc: 7 }]), "crc");
  });

  it("refuses a flipped byte anywhere in the file, or reads the same content", async () => {
    const bytes = rawZip([{ name: "a.xml", content: XML.repeat(20) }]);
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] as number) ^ 0x10;
      const entries = await readZip(flipped).catch((error: unknown) => {
        assert.ok(error instanceof ImportClientError && error.code === "SW-ZIP", String(error));
        return undefined;
      });
      // Times, versions and hints about the compressor are not covered by anything; content always is.
      if (entries) assert.equal(entries[0]?.bytes.toString(), XML.repeat(20), `byte ${at}`);
    }
  });

  it("refuses the file truncated at every byte", async () => {
    const bytes = rawZip([
      { name: "a.xml", content: XML },
      { name: "b.pdf", content: "%PDF" },
    ]);
    for (let length = 0; length < bytes.length; length++) await refusal(bytes.subarray(0, length));
  });

  it("refuses garbage before, between and behind", async () => {
    const garbage = Buffer.from("garbage");
    assert.equal(await reasonOf([{ name: "a" }], { before: garbage }), "garbage");
    assert.equal(await reasonOf([{ name: "a", after: garbage }]), "garbage");
    assert.equal(await reasonOf([{ name: "a", after: garbage }, { name: "b" }]), "garbage");
    assert.equal(await reasonOf([{ name: "a" }], { after: garbage }), "damaged");
    assert.equal(await reasonOf([{ name: "a" }], { directorySize: 10 }), "directory");
    assert.equal(await reasonOf([{ name: "a" }], { directoryAt: 3 }), "directory");
    const plain = rawZip([{ name: "a" }]);
    const end = Buffer.from(plain.subarray(plain.length - 22));
    end.writeUInt32LE(end.readUInt32LE(12) + garbage.length, 12);
    const stray = Buffer.concat([plain.subarray(0, plain.length - 22), garbage, end]);
    assert.equal((await refusal(stray)).details.reason, "directory");
  });

  it("refuses entries that overlap", async () => {
    assert.equal(
      await reasonOf([
        { name: "a", content: "x" },
        { name: "a", content: "x", offset: 0 },
      ]),
      "overlap",
    );
  });

  it("refuses an entry count that is not true", async () => {
    await refusal(rawZip([{ name: "a" }, { name: "b" }], { count: 1 }));
    await refusal(rawZip([{ name: "a" }], { count: 2 }));
    assert.equal(await reasonOf([{ name: "a" }], { count: 60_000 }), "entries");
  });

  it("refuses ZIP64 lies and a ZIP64 end record", async () => {
    const extra = Buffer.alloc(20);
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(16, 2);
    extra.writeBigUInt64LE(1n << 40n, 4);
    extra.writeBigUInt64LE(3n, 12);
    await refusal(rawZip([{ name: "a", content: "abc", size: 0xffffffff, extra }]));
    const locator = Buffer.alloc(76);
    locator.writeUInt32LE(0x06064b50, 0);
    locator.writeUInt32LE(0x07064b50, 56);
    const plain = rawZip([{ name: "a" }]);
    await refusal(Buffer.concat([plain.subarray(0, plain.length - 22), locator, plain.subarray(plain.length - 22)]));
  });

  it("refuses bombs by total, by ratio and by number before inflating them", async () => {
    const megabytes = Buffer.alloc(8 * 1024 * 1024);
    const bomb: RawEntry[] = [{ name: "a", content: megabytes }];
    assert.equal(await reasonOf(bomb), "ratio");
    assert.equal(await reasonOf(bomb, {}, { totalBytes: 1024 }), "total");
    assert.equal(await reasonOf(Array.from({ length: 201 }, (_, index) => ({ name: `${index}` }))), "entries");
    assert.equal((await readZip(rawZip(bomb), { ratio: 2000 }))[0]?.bytes.length, megabytes.length);
  });

  it("holds a bomb that lies to the size it promised, without inflating the rest", async () => {
    const lie = rawZip([{ name: "a", content: Buffer.alloc(8 * 1024 * 1024), size: 150_000, crc: 1 }]);
    assert.match((await refusal(lie)).text.en, /larger than it says/);
    assert.equal(
      await reasonOf([{ name: "a", content: Buffer.alloc(8 * 1024 * 1024), size: 150_000, crc: 1 }]),
      "size",
    );
  });

  it("answers small nonsense at once: nothing, 56 bytes, an end record that points at itself", async () => {
    await refusal(Buffer.alloc(0));
    await refusal(Buffer.from("PK"));
    const hang = Buffer.alloc(56);
    hang.writeUInt32LE(0x04034b50, 0);
    hang.writeUInt32LE(0x06054b50, 34);
    hang.writeUInt16LE(1, 34 + 8);
    hang.writeUInt16LE(1, 34 + 10);
    hang.writeUInt32LE(34, 34 + 16);
    await refusal(hang);
    for (let fill = 0; fill < 256; fill++) await refusal(Buffer.alloc(56, fill));
  });

  it("reads an archive without entries as none", async () => {
    assert.deepEqual(await readZip(rawZip([])), []);
  });
});

describe("headersOf", () => {
  it("says what the local headers carry", async () => {
    const [full, later, timeless] = await headersOf(
      rawZip([
        { name: "a.xml", content: XML },
        {
          name: "b.xml",
          content: XML,
          flags: 0x0808,
          local: { crc: 0, size: 0, packed: 0 },
          after: descriptor(XML),
        },
        { name: "c.xml", content: XML, time: 0, date: 0 },
      ]),
    );
    assert.ok(full && later && timeless);
    assert.deepEqual([full.complete, later.complete, timeless.complete], [true, false, false]);
    assert.equal(full.method, 8);
    assert.equal(full.size, XML.length);
    assert.equal(full.crc32, crc32(XML));
    assert.equal(full.time, Date.UTC(2025, 8, 1, 4));
    assert.equal(later.dataDescriptor, true);
    assert.equal(later.size, 0);
    assert.equal(timeless.time, undefined);
  });

  it("finds what writeZip writes complete", async () => {
    const bytes = await writeZip([{ name: "空.xml", bytes: Buffer.alloc(0) }], { at: Date.UTC(2026, 0, 2, 3, 4, 6) });
    const [header] = await headersOf(bytes);
    assert.equal(header?.complete, true);
    assert.equal(header?.time, Date.UTC(2026, 0, 2, 3, 4, 6));
  });
});
