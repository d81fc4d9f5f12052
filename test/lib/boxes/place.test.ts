import assert from "node:assert/strict";
import fs, { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freeName, moveFile, writeDurably } from "../../../lib/boxes/place.js";
import { removeScratch, scratch } from "../../support/scratch.js";

/** Runs something and tells in which order it called these functions of the file system. */
async function callsOf(names: readonly (keyof typeof fs)[], work: () => unknown): Promise<string[]> {
  const calls: string[] = [];
  const originals = names.map((name) => [name, fs[name]] as const);
  for (const [name, original] of originals) {
    (fs as Record<string, unknown>)[name] = (...args: unknown[]) => {
      calls.push(name);
      return (original as (...args: unknown[]) => unknown)(...args);
    };
  }
  try {
    await work();
  } finally {
    for (const [name, original] of originals) (fs as Record<string, unknown>)[name] = original;
  }
  return calls;
}

describe("placing files", () => {
  after(removeScratch);

  it("makes a written file durable before its name appears, and the name before it resolves", async () => {
    const folder = scratch();
    const calls = await callsOf(["writeSync", "fsync", "renameSync"], () =>
      writeDurably(folder, "回执.xml", Buffer.from("x")),
    );
    assert.deepEqual(calls, ["writeSync", "fsync", "renameSync", "fsync"]);
    assert.deepEqual(readdirSync(folder), ["回执.xml"]);
  });

  it("syncs the folder after the last of a row of files, once for all who wait", async () => {
    const folder = scratch();
    const names = Array.from({ length: 20 }, (_, index) => `${index}.xml`);
    const calls = await callsOf(["renameSync", "fsync"], () =>
      Promise.all(names.map((name) => writeDurably(folder, name, Buffer.from(name)))),
    );
    assert.ok(calls.lastIndexOf("fsync") > calls.lastIndexOf("renameSync"), "a sync begins after the last rename");
    const syncs = calls.filter((name) => name === "fsync").length;
    assert.ok(syncs < 40, `${syncs} syncs for 20 files and their folder`);
    for (const name of names) assert.equal(readFileSync(join(folder, name), "utf8"), name);
  });

  it("writes one path twice at once: whole, one after the other", async () => {
    const folder = scratch();
    const [first, second] = ["first", "second"].map((text) => Buffer.from(text.repeat(1000)));
    await Promise.all([writeDurably(folder, "a", first as Buffer), writeDurably(folder, "a", second as Buffer)]);
    assert.deepEqual(readdirSync(folder), ["a"]);
    assert.deepEqual(readFileSync(join(folder, "a")), second);
  });

  it("never overwrites: a name that is taken gets a number", () => {
    const folder = scratch();
    writeFileSync(join(folder, "a.xml"), "1");
    assert.equal(freeName(folder, "a.xml"), "a(2).xml");
    writeFileSync(join(folder, "a(2).xml"), "2");
    assert.equal(freeName(folder, "a.xml"), "a(3).xml");
    assert.equal(freeName(folder, "b.xml"), "b.xml");
  });

  it("moves to another volume by copy, fsync and rename, and removes the source last", async () => {
    const folder = scratch();
    const elsewhere = mkdtempSync("/dev/shm/sw-");
    try {
      assert.notEqual(statSync(elsewhere).dev, statSync(folder).dev, "two volumes");
      const source = join(elsewhere, "a.xml");
      writeFileSync(source, "content");
      const calls = await callsOf(["copyFileSync", "fsyncSync", "renameSync", "unlinkSync"], () =>
        moveFile(source, join(folder, "a.xml")),
      );
      assert.deepEqual(calls, ["renameSync", "copyFileSync", "fsyncSync", "renameSync", "fsyncSync", "unlinkSync"]);
      assert.equal(readFileSync(join(folder, "a.xml"), "utf8"), "content");
      assert.equal(existsSync(source), false);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });
});
