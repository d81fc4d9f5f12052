import assert from "node:assert/strict";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { storyOf } from "../../../lib/client/story.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { openClient } from "../../support/client.js";
import { documentRow } from "../../support/rows.js";
import { removeScratch } from "../../support/scratch.js";

describe("packets of one document (PocketInfo)", () => {
  let client: ImportClient;

  beforeEach(async () => {
    client = await openClient();
  });
  afterEach(async () => client.close());
  after(removeScratch);

  async function enter(packet: string, change: Partial<DocumentRow> = {}): Promise<string> {
    const row = documentRow({
      ...{ business: "Sas", messageType: "INV101", clientKey: "BIG", operation: "1 1", state: "sent", packet },
      ...change,
    });
    await client.ledger.claim(row);
    return row.id;
  }
  const packetsOf = async (id: string) => (await storyOf(client.ledger, id))?.packets;

  it("are told of as a whole: which are there, which wait, which are missing", async () => {
    const first = await enter("1/4");
    await enter("3/4", { state: "claimed" });
    assert.deepEqual(await packetsOf(first), { of: 4, there: [1, 3], waiting: [3], missing: [2, 4], complete: false });
    for (const packet of ["4/4", "2/4"]) await enter(packet, { state: "accepted" });
    assert.deepEqual(await packetsOf(first), { of: 4, there: [1, 2, 3, 4], waiting: [3], missing: [], complete: true });
  });

  it("count only while they are neither failed nor refused, and when they are of this document", async () => {
    const first = await enter("1/2");
    await enter("2/2", { state: "failed" });
    await enter("2/2", { state: "rejected" });
    await enter("2/2", { statusOutcome: "refused" });
    for (const change of [
      { clientKey: "OTHER" },
      { operation: "1 2" },
      { messageType: "SAS121" },
      { business: "Npts" },
    ])
      await enter("2/2", change);
    await enter("2/3");
    assert.deepEqual((await packetsOf(first))?.missing, [2]);
    await enter("2/2");
    assert.equal((await packetsOf(first))?.complete, true);
  });

  it("are none of a document that goes whole, or whose packet cannot be read; a huge count stays short", async () => {
    for (const packet of ["", "1", "x/y", "1/99999999999"])
      assert.equal(await packetsOf(await enter(packet)), undefined);
    assert.equal(await packetsOf(await enter("1/2", { clientKey: "" })), undefined);
    const { missing, complete } = (await packetsOf(await enter("1/999999"))) ?? {};
    assert.deepEqual([missing?.length, complete], [20, false]);
    assert.equal(await storyOf(client.ledger, "none"), undefined);
  });
});
