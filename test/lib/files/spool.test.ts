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
    await spool.sweep(async (id) => ({ ended: "", sent: "sent.2" })[id]);
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
