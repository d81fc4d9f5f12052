import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { applyRetention } from "../../../lib/client/retention.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { openClient } from "../../support/client.js";
import { documentRow, newReceipt, step } from "../../support/rows.js";
import { removeScratch } from "../../support/scratch.js";

const DAY = 24 * 60 * 60 * 1000;

describe("retention", () => {
  let client: ImportClient;

  beforeEach(async () => {
    client = await openClient({ retentionDays: 30 });
  });
  afterEach(async () => client.close());
  after(removeScratch);

  /** A document that was sent, in the state that a test wants it. */
  async function sent(name: string): Promise<DocumentRow> {
    const folder = client.folders.of("DecCus001");
    const row = documentRow({ fileName: name, boxName: name, box: "TempBox" });
    writeFileSync(join(folder.box("TempBox"), name), name);
    await client.ledger.claim(row);
    client.claims.inFlight.take(row.id, "test");
    await client.ledger.transition(row.id, step("sending"), { sendingAt: 1 }, { event: "sending" });
    await client.ledger.transition(row.id, step("sent"), { sentAt: Date.now() }, { event: "sent" });
    return row;
  }

  it("removes files of ended documents after their time, and keeps their rows against sending twice", async () => {
    const row = await sent("ended.xml");
    await client.ledger.addReceipt(newReceipt({ documentId: row.id }));
    const settled = await client.claims.settle(row.id);
    assert.equal(await applyRetention(client, Date.now() + 29 * DAY), 0);
    assert.equal(await applyRetention(client, Date.now() + 31 * DAY), 1);
    assert.equal((await client.ledger.get(row.id))?.box, "none");
    assert.equal((await client.ledger.bySha256(row.sha256)).length, 1);
    assert.equal(settled.box, "SentBox");
    assert.equal(await applyRetention(client, Date.now() + 31 * DAY), 0);
  });

  it("never touches a document that is open or still waits for its import receipt", async () => {
    const waiting = await sent("waiting.xml");
    await client.claims.settle(waiting.id);
    const open = await sent("open.xml");
    assert.equal(await applyRetention(client, Date.now() + 1000 * DAY), 0);
    assert.equal((await client.ledger.get(waiting.id))?.box, "SentBox");
    assert.equal((await client.ledger.get(open.id))?.box, "TempBox");
  });
});
