import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Files } from "../../../lib/files/files.js";
import { Spool } from "../../../lib/files/spool.js";
import { removeScratch, scratch } from "../../support/scratch.js";

describe("spool", () => {
  after(removeScratch);

  it("keeps the exact bytes of documents that have not ended, also of those that nobody knows", async () => {
    const root = scratch();
    const spool = new Spool(root, new Files());
    const bytes = Buffer.from([0, 255, 10, 13]);
    await spool.write("open", bytes);
    await spool.write("ended", bytes);
    writeFileSync(join(root, ".spool", "ended.tmp"), "half");
    await spool.write("sent", bytes);
    const sentAs = async (id: string) => ({ ended: "", sent: "sent.2" })[id];
    const fenced = new Error("another one has the root");
    await assert.rejects(
      spool.sweep(sentAs, () => {
        throw fenced;
      }),
      fenced,
    );
    assert.equal(existsSync(join(root, ".spool", "ended.tmp")), true, "it may be what the other one writes");
    await spool.sweep(sentAs, () => undefined);
    assert.deepEqual(spool.read("open"), bytes);
    assert.equal(spool.read("ended"), undefined);
    assert.equal(existsSync(join(root, ".spool", "ended.tmp")), false);
    assert.equal(spool.read("sent"), undefined);
    assert.deepEqual(readFileSync(spool.keptPath("sent.2")), bytes, "what was sent is kept");
    spool.removeKept("sent", 2);
    assert.equal(existsSync(spool.keptPath("sent.2")), false);
    spool.remove("open");
    assert.equal(spool.read("open"), undefined);
  });
});
