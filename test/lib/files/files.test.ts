import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Disk, SYSTEM_DISK } from "../../../lib/files/disk.js";
import { Files } from "../../../lib/files/files.js";
import { removeScratch, scratch } from "../../support/scratch.js";

/** A disk that notes in which order these of its methods are called. */
function noting(names: readonly (keyof Disk)[]): { files: Files; calls: string[] } {
  const calls: string[] = [];
  const noted = names.map((name) => [
    name,
    (...args: unknown[]) => {
      calls.push(name);
      return (SYSTEM_DISK[name] as (...args: unknown[]) => unknown)(...args);
    },
  ]);
  return { files: new Files({ ...SYSTEM_DISK, ...Object.fromEntries(noted) }), calls };
}

describe("placing files", () => {
  after(removeScratch);

  it("makes a written file durable before its name appears, and the name before it resolves", async () => {
    const folder = scratch();
    const { files, calls } = noting(["write", "rename", "syncFolder"]);
    await files.write(folder, "回执.xml", Buffer.from("x"));
    assert.deepEqual(calls, ["write", "rename", "syncFolder"]);
    assert.deepEqual(readdirSync(folder), ["回执.xml"]);
  });

  it("syncs the folder after the last of a row of files, once for all who wait", async () => {
    const folder = scratch();
    const names = Array.from({ length: 20 }, (_, index) => `${index}.xml`);
    const { files, calls } = noting(["rename", "syncFolder"]);
    await Promise.all(names.map((name) => files.write(folder, name, Buffer.from(name))));
    assert.ok(calls.lastIndexOf("syncFolder") > calls.lastIndexOf("rename"), "a sync begins after the last rename");
    const syncs = calls.filter((name) => name === "syncFolder").length;
    assert.ok(syncs < 20, `${syncs} syncs of the folder for 20 files`);
    for (const name of names) assert.equal(readFileSync(join(folder, name), "utf8"), name);
  });

  it("writes one path twice at once: whole, one after the other", async () => {
    const folder = scratch();
    const [first, second] = ["first", "second"].map((text) => Buffer.from(text.repeat(1000)));
    const files = new Files();
    await Promise.all([files.write(folder, "a", first as Buffer), files.write(folder, "a", second as Buffer)]);
    assert.deepEqual(readdirSync(folder), ["a"]);
    assert.deepEqual(readFileSync(join(folder, "a")), second);
  });

  it("never overwrites: a name that is taken gets a number", () => {
    const files = new Files();
    const folder = scratch();
    writeFileSync(join(folder, "a.xml"), "1");
    assert.equal(files.freeName(folder, "a.xml"), "a(2).xml");
    writeFileSync(join(folder, "a(2).xml"), "2");
    assert.equal(files.freeName(folder, "a.xml"), "a(3).xml");
    assert.equal(files.freeName(folder, "b.xml"), "b.xml");
  });

  it("moves to another volume by copy, fsync and rename, and removes the source last", () => {
    const folder = scratch();
    const elsewhere = mkdtempSync("/dev/shm/sw-");
    try {
      assert.notEqual(statSync(elsewhere).dev, statSync(folder).dev, "two volumes");
      const source = join(elsewhere, "a.xml");
      writeFileSync(source, "content");
      const { files, calls } = noting(["copy", "syncNow", "rename", "remove"]);
      files.move(source, join(folder, "a.xml"));
      assert.deepEqual(calls, ["rename", "copy", "syncNow", "rename", "syncNow", "remove"]);
      assert.equal(readFileSync(join(folder, "a.xml"), "utf8"), "content");
      assert.equal(existsSync(source), false);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });
});
