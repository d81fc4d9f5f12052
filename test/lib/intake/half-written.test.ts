import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SYSTEM_CLOCK } from "../../../lib/clock.js";
import { SYSTEM_DISK } from "../../../lib/files/disk.js";
import { Files } from "../../../lib/files/files.js";
import { SYSTEM_HOST } from "../../../lib/host.js";
import { SYSTEM_IDS } from "../../../lib/ids.js";
import { readDelivery } from "../../../lib/intake/read.js";
import { sha256Of } from "../../../lib/sha256.js";
import { clientSettings, openClient } from "../../support/client.js";
import { removeScratch, scratch } from "../../support/scratch.js";

const RECEIPT = Buffer.from(
  "<DecImportResponse><ResponseCode>1</ResponseCode><ClientSeqNo>A</ClientSeqNo></DecImportResponse>",
);

describe("a receipt that is half written", () => {
  after(removeScratch);

  it("is removed by the next start, and nothing of others is", async () => {
    const settings = clientSettings();
    const inBox = join(settings.root, "Sas", "InBox");
    mkdirSync(inBox, { recursive: true });
    const others = ["mine.tmp", "Receipt_a.xml", "x.1234567.tmp", ".single-window.tmp"];
    const ours = ["Receipt_a.xml.29131279.tmp", "Receipt_a.xml.json.tmp", ".sw-0123456789abcdef.tmp"];
    for (const name of [...others, ...ours]) writeFileSync(join(inBox, name), "half");
    const client = await openClient(settings);
    try {
      assert.deepEqual(readdirSync(inBox).sort(), others.sort());
    } finally {
      await client.close();
    }
  });

  it("is not left when the disk is full, and is no second file when another one was faster", async () => {
    const folder = scratch();
    const sha256 = sha256Of(RECEIPT);
    const full = new Files({
      ...SYSTEM_DISK,
      write: async (path, bytes) => {
        await SYSTEM_DISK.write(path, bytes.subarray(0, 10));
        throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
      },
    });
    await assert.rejects(full.writeNew(folder, "a.xml", RECEIPT, sha256), { code: "ENOSPC" });
    await assert.rejects(full.write(folder, "b.xml", RECEIPT), { code: "ENOSPC" });
    assert.deepEqual(readdirSync(folder), []);
    // As a node that a deploy has stopped, and the one that took its place.
    const late = new Files({
      ...SYSTEM_DISK,
      write: async (path, bytes) => {
        await new Files().writeNew(folder, "a.xml", RECEIPT, sha256);
        await SYSTEM_DISK.write(path, bytes);
      },
    });
    assert.equal(await late.writeNew(folder, "a.xml", RECEIPT, sha256), "a.xml");
    assert.deepEqual(readdirSync(folder), ["a.xml"]);
    assert.deepEqual(readFileSync(join(folder, "a.xml")), RECEIPT);
  });

  it("has a moment to be written when the client closes", async () => {
    let begun = () => {};
    let write = () => {};
    const writing = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const mayWrite = new Promise<void>((resolve) => {
      write = resolve;
    });
    const disk = {
      ...SYSTEM_DISK,
      write: async (path: string, bytes: Buffer) => {
        if (path.includes("Receipt") || path.includes("Failed")) {
          begun();
          await mayWrite;
        }
        await SYSTEM_DISK.write(path, bytes);
      },
    };
    const client = await openClient({}, { disk, clock: SYSTEM_CLOCK, ids: SYSTEM_IDS, host: SYSTEM_HOST });
    const body = RECEIPT;
    const delivery = { ...{ id: "d", body, queue: "q", messageId: "m", redelivered: false, type: "", fileName: "" } };
    client.deliveries.add({ ...delivery, business: "", receivedAt: Date.now(), ack: () => {}, refuse: () => {} });
    assert.equal((await readDelivery(client, { body, fileName: "", business: "", receivedAt: 1 })).length, 1);
    const stored = client.intake.settle("d");
    await writing;
    const closed = client.close();
    write();
    await Promise.all([stored, closed]);
    const [name = ""] = readdirSync(join(client.settings.root, "Others", "InBox"));
    assert.match(name, /\.xml$/);
  });
});
