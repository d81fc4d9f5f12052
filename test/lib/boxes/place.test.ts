import assert from "node:assert/strict";
import fs, { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freeName, moveFile, writeDurably } from "../../../lib/boxes/place.js";
import { removeScratch, scratch } from "../../support/scratch.js";

/** Runs something and tells in which order it called these functions of the file system. */
function callsOf(names: readonly (keyof typeof fs)[], work: () => void): string[] {
  const calls: string[] = [];
  const originals = names.map((name) => [name, fs[name]] as const);
  for (const [name, original] of originals) {
    (fs as Record<string, unknown>)[name] = (...args: unknown[]) => {
      calls.push(name);
      return (original as (...args: unknown[]) => unknown)(...args);
    };
  }
  try {
    work();
  } finally {
    for (const [name, original] of originals) (fs as Record<string, unknown>)[name] = original;
  }
  return calls;
}

describe("placing files", () => {
  after(removeScratch);

  it("makes a written file durable before its name appears, and the name before it returns", () => {
    const folder = scratch();
    const calls = callsOf(["writeSync", "fsyncSync", "renameSync"], () =>
      writeDurably(folder, "回执.xml", Buffer.from("x")),
    );
    assert.deepEqual(calls, ["writeSync", "fsyncSync", "renameSync", "fsyncSync"]);
    assert.deepEqual(readdirSync(folder), ["回执.xml"]);
  });

  it("never overwrites: a name that is taken gets a number", () => {
    const folder = scratch();
    writeFileSync(join(folder, "a.xml"), "1");
    assert.equal(freeName(folder, "a.xml"), "a(2).xml");
    writeFileSync(join(folder, "a(2).xml"), "2");
    assert.equal(freeName(folder, "a.xml"), "a(3).xml");
    assert.equal(freeName(folder, "b.xml"), "b.xml");
  });

  it("moves to another volume by copy, fsync and rename, and removes the source last", () => {
    const folder = scratch();
    const elsewhere = mkdtempSync("/dev/shm/sw-");
    try {
      assert.notEqual(statSync(elsewhere).dev, statSync(folder).dev, "two volumes");
      const source = join(elsewhere, "a.xml");
      writeFileSync(source, "content");
      const calls = callsOf(["copyFileSync", "fsyncSync", "renameSync", "unlinkSync"], () =>
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
