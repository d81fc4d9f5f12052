import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { rebuild } from "../../../lib/client/rebuild.js";
import { stampedName } from "../../../lib/files/names.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { sha256Of } from "../../../lib/sha256.js";
import { openClient } from "../../support/client.js";
import { documentRow } from "../../support/rows.js";
import { removeScratch } from "../../support/scratch.js";

const NOTHING = { held: 0, sent: 0, failed: 0, receipts: 0, spooled: 0 };
const AT = Date.parse("2024-05-06T07:08:09Z");

describe("a ledger that the root was used with before, and not last", () => {
  let client: ImportClient;
  beforeEach(async () => {
    client = await openClient();
  });
  afterEach(() => client.close());
  after(removeScratch);

  const put = (boxName: string, bytes: string) =>
    writeFileSync(join(client.folders.of("Sas").box("SentBox"), boxName), bytes);

  /** A document that was sent, with its file, as the ledger knows it. */
  async function sent(fileName: string, bytes: string, change: Partial<DocumentRow> = {}): Promise<DocumentRow> {
    const boxName = stampedName(fileName, AT);
    const ended = { state: "sent", settled: true, sentAt: AT, box: "SentBox", boxName } as const;
    const row = documentRow({ business: "Sas", fileName, sha256: sha256Of(Buffer.from(bytes)), ...ended, ...change });
    await client.ledger.enter(row, { event: "recovered" });
    put(row.boxName, bytes);
    return row;
  }

  it("takes no copy of a resend for another document, and what was handed in again for one", async () => {
    await sent("a.xml", "<a>1</a>", { attempt: 2 });
    put(stampedName("a.xml", AT - 60_000), "<a>1</a>");
    assert.deepEqual(await rebuild(client), NOTHING);
    put(stampedName("a.xml", AT + 60_000), "<a>1</a>");
    assert.deepEqual(await rebuild(client), { ...NOTHING, sent: 1 });
    assert.deepEqual(await rebuild(client), NOTHING, "it knows that one, too");
  });

  it("knows a document whose name was shortened in the archive", async () => {
    for (const long of [`${"报关单".repeat(27)}.xml`, `${"x".repeat(251)}.xml`]) {
      const row = await sent(long, `<a>${long.length}</a>`);
      assert.ok(!row.boxName.startsWith(long.slice(0, -4)), "it is shortened");
    }
    assert.deepEqual(await rebuild(client), NOTHING);
  });

  it("takes in what only the archive knows", async () => {
    await sent("a.xml", "<a>1</a>");
    put(stampedName("b.xml", AT), "<a>2</a>");
    assert.deepEqual(await rebuild(client), { ...NOTHING, sent: 1 });
    assert.equal((await client.ledger.byFileName("b.xml"))[0]?.state, "sent");
  });
});
