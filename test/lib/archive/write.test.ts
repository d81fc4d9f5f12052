import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { headersOf, readZip, writeZip } from "../../../lib/archive/index.js";
import { ImportClientError } from "../../../lib/errors.js";

const AT = Date.UTC(2026, 10, 24, 1, 2, 4);
const ENTRIES = [
  { name: "报关单-2026.xml", bytes: Buffer.from("<DecMessage/>".repeat(500)) },
  { name: "随附单据.pdf", bytes: Buffer.from(Array.from({ length: 4000 }, (_, index) => (index * 7919) & 0xff)) },
  { name: "plain.pdf", bytes: Buffer.alloc(0) },
];

const hash = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

describe("writeZip", () => {
  it("gives back what went in, names in UTF-8 or GBK", async () => {
    for (const names of ["utf-8", "gbk"] as const) {
      const read = await readZip(await writeZip(ENTRIES, { at: AT, names }));
      assert.deepEqual(read, ENTRIES);
    }
  });

  it("writes GBK names as GBK bytes without the UTF-8 flag, and refuses what GBK lacks", async () => {
    const bytes = await writeZip([{ name: "报.xml", bytes: Buffer.from("x") }], { at: AT, names: "gbk" });
    assert.equal(bytes.readUInt16LE(6) & 0x0800, 0);
    assert.equal(bytes.subarray(30, 32).toString("hex"), "b1a8");
    const utf8 = await writeZip([{ name: "报.xml", bytes: Buffer.from("x") }], { at: AT });
    assert.equal(utf8.readUInt16LE(6) & 0x0800, 0x0800);
    await assert.rejects(
      writeZip([{ name: "🚢.xml", bytes: Buffer.from("x") }], { at: AT, names: "gbk" }),
      (error: unknown) => error instanceof ImportClientError && error.code === "SW-ZIP",
    );
  });

  it("gives identical bytes for the same input, and others for another time", async () => {
    const first = await writeZip(ENTRIES, { at: AT });
    assert.equal(hash(await writeZip(ENTRIES, { at: AT })), hash(first));
    assert.notEqual(hash(await writeZip(ENTRIES, { at: AT + 2000 })), hash(first));
  });

  it("gives the same bytes in every time zone", async () => {
    const here = hash(await writeZip(ENTRIES, { at: AT }));
    const script = `
      const { writeZip } = require(${JSON.stringify(require.resolve("../../../lib/archive/index.ts"))});
      const entries = ${JSON.stringify(ENTRIES.map(({ name, bytes }) => ({ name, base64: bytes.toString("base64") })))};
      writeZip(entries.map(({ name, base64 }) => ({ name, bytes: Buffer.from(base64, "base64") })), { at: ${AT} })
        .then((bytes) => process.stdout.write(require("node:crypto").createHash("sha256").update(bytes).digest("hex")));`;
    for (const TZ of ["Asia/Shanghai", "America/Los_Angeles"]) {
      const there = execFileSync(process.execPath, [...process.execArgv, "-e", script], {
        env: { ...process.env, TZ },
        encoding: "utf8",
      });
      assert.equal(there, here, TZ);
    }
  });

  it("has method, sizes, CRC and time in every local header and no data descriptor (faq 17)", async () => {
    for (const header of await headersOf(await writeZip(ENTRIES, { at: AT }))) {
      assert.deepEqual(
        { complete: header.complete, dataDescriptor: header.dataDescriptor, time: header.time },
        { complete: true, dataDescriptor: false, time: AT },
      );
    }
  });

  it("keeps times that ZIP cannot write within what it can", async () => {
    for (const at of [0, Date.UTC(3000, 0, 1)]) {
      assert.equal((await readZip(await writeZip(ENTRIES, { at }))).length, ENTRIES.length);
    }
  });

  for (const name of ["a/b.xml", "a\\b.xml", "../a", "/a", "", "a\0b"]) {
    it(`refuses the name ${JSON.stringify(name)} (faq 3)`, async () => {
      await assert.rejects(
        writeZip([{ name, bytes: Buffer.from("x") }], { at: AT }),
        (error: unknown) => error instanceof ImportClientError && error.code === "SW-ZIP",
      );
    });
  }

  it("refuses a name that occurs twice", async () => {
    const entry = (name: string) => ({ name, bytes: Buffer.from("x") });
    await assert.rejects(
      writeZip([entry("a.pdf"), entry("A.PDF")], { at: AT }),
      (error: unknown) => error instanceof ImportClientError && error.details.reason === "duplicate",
    );
  });
});
