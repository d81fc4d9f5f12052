import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type Disk, SYSTEM_DISK } from "../../../lib/files/disk.js";
import { Files } from "../../../lib/files/files.js";
import { removeScratch, scratch } from "../../support/scratch.js";
import { turnsOf } from "../../support/turns.js";

const MEGABYTE = 1024 * 1024;

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

  it("gives a file one name when a link that was made says that there is one", async () => {
    const folder = scratch();
    const source = join(folder, "half");
    writeFileSync(source, "content");
    writeFileSync(join(folder, "a.xml"), "content");
    const link = (from: string, to: string) => {
      SYSTEM_DISK.link(from, to);
      throw Object.assign(new Error("sent twice"), { code: "EEXIST" });
    };
    assert.equal(await new Files({ ...SYSTEM_DISK, link }).place(source, folder, "a.xml"), "a(2).xml");
    assert.deepEqual(readdirSync(folder).sort(), ["a(2).xml", "a.xml"]);
  });

  it("moves to another volume by copy, fsync and rename, and removes the source last", async () => {
    const folder = scratch();
    const elsewhere = mkdtempSync("/dev/shm/sw-");
    try {
      assert.notEqual(statSync(elsewhere).dev, statSync(folder).dev, "two volumes");
      const source = join(elsewhere, "a.xml");
      writeFileSync(source, "content");
      const { files, calls } = noting(["copyLarge", "rename", "syncFolder", "remove"]);
      await files.move(source, join(folder, "a.xml"));
      assert.deepEqual(calls, ["rename", "copyLarge", "rename", "syncFolder", "remove"]);
      assert.equal(readFileSync(join(folder, "a.xml"), "utf8"), "content");
      assert.equal(existsSync(source), false);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  it("moves a small file to another volume at once, durable before the source goes", () => {
    const folder = scratch();
    const elsewhere = mkdtempSync("/dev/shm/sw-");
    try {
      const source = join(elsewhere, "a.pdf");
      writeFileSync(source, "content");
      const { files, calls } = noting(["copy", "syncNow", "rename", "remove"]);
      files.moveNow(source, join(folder, "a.pdf"));
      assert.deepEqual(calls, ["rename", "copy", "syncNow", "rename", "syncNow", "remove"]);
      assert.deepEqual([readdirSync(folder), readdirSync(elsewhere)], [["a.pdf"], []]);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  for (const [way, bring] of [
    ["copied", (files: Files, source: string, folder: string) => files.copy(source, join(folder, "a.zip"))],
    ["moved", (files: Files, source: string, folder: string) => files.move(source, join(folder, "a.zip"))],
    ["placed", (files: Files, source: string, folder: string) => files.place(source, folder, "a.zip")],
  ] as const) {
    it(`a file of 90 MB is ${way} to another volume while the event loop goes on`, async () => {
      const folder = scratch();
      const elsewhere = mkdtempSync("/dev/shm/sw-");
      try {
        const source = join(elsewhere, "a.zip");
        const bytes = randomBytes(MEGABYTE);
        writeFileSync(source, bytes);
        for (let megabyte = 1; megabyte < 90; megabyte++) appendFileSync(source, bytes);
        appendFileSync(source, "end");
        // Those of the copy alone: a folder's sync gives some too.
        let turns = 0;
        const copyLarge = async (from: string, to: string) => {
          turns += (await turnsOf(() => SYSTEM_DISK.copyLarge(from, to))).turns;
        };
        const copy = () => assert.fail("copied at once");
        await bring(new Files({ ...SYSTEM_DISK, copyLarge, copy }), source, folder);
        assert.ok(turns >= 90, `one turn of the event loop for each megabyte at least: ${turns}`);
        assert.deepEqual(readdirSync(folder), ["a.zip"], "nothing half is left");
        const target = readFileSync(join(folder, "a.zip"));
        assert.equal(target.length, 90 * MEGABYTE + 3);
        for (let megabyte = 0; megabyte < 90; megabyte++) {
          assert.ok(target.subarray(megabyte * MEGABYTE, (megabyte + 1) * MEGABYTE).equals(bytes), `MB ${megabyte}`);
        }
        assert.equal(target.subarray(-3).toString(), "end");
        assert.equal(existsSync(source), way === "copied");
      } finally {
        rmSync(elsewhere, { recursive: true });
      }
    });
  }

  for (const where of ["the same volume", "another volume"]) {
    it(`places nothing, however often it is tried, while its source on ${where} cannot be removed`, async () => {
      const folder = scratch();
      const box = where === "the same volume" ? scratch() : mkdtempSync("/dev/shm/sw-");
      try {
        const source = join(box, "a.xml");
        writeFileSync(source, "content");
        const remove = (path: string) => {
          if (path === source) throw Object.assign(new Error("not permitted"), { code: "EPERM" });
          SYSTEM_DISK.remove(path);
        };
        const files = new Files({ ...SYSTEM_DISK, remove });
        for (let tries = 0; tries < 3; tries++) {
          await assert.rejects(files.place(source, folder, "a.xml"), /not permitted/);
          assert.deepEqual([readdirSync(folder), readdirSync(box)], [[], ["a.xml"]]);
        }
        assert.equal(await new Files().place(source, folder, "a.xml"), "a.xml");
        assert.deepEqual(readdirSync(box), []);
      } finally {
        rmSync(box, { recursive: true });
      }
    });
  }

  it("leaves the source and nothing half when a copy fails in its middle", async () => {
    const folder = scratch();
    const elsewhere = mkdtempSync("/dev/shm/sw-");
    try {
      const source = join(elsewhere, "a.zip");
      writeFileSync(source, "content");
      const copyLarge = async (_from: string, to: string) => {
        writeFileSync(to, "con");
        throw Object.assign(new Error("full"), { code: "ENOSPC" });
      };
      const files = new Files({ ...SYSTEM_DISK, copyLarge });
      await assert.rejects(files.move(source, join(folder, "a.zip")), /full/);
      await assert.rejects(files.place(source, folder, "a.zip"), /full/);
      assert.deepEqual([readdirSync(folder), readdirSync(elsewhere)], [[], ["a.zip"]]);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  it("lets the client that a deploy has ended finish its copy before the next one begins the same", async () => {
    const folder = scratch();
    writeFileSync(join(folder, "a"), "content");
    const calls: string[] = [];
    const copyLarge = async (from: string, to: string) => {
      calls.push("begins");
      await SYSTEM_DISK.copyLarge(from, to);
      calls.push("ends");
    };
    const disk = { ...SYSTEM_DISK, copyLarge };
    await Promise.all([1, 2].map(() => new Files(disk).copy(join(folder, "a"), join(folder, "b"))));
    assert.deepEqual(calls, ["begins", "ends", "begins", "ends"]);
    assert.deepEqual(readdirSync(folder), ["a", "b"]);
  });
});
