import assert from "node:assert/strict";
import { join } from "node:path";
import Database from "libsql";
import { codeOf } from "../../../lib/errors.js";
import { type Ledger, openLedger } from "../../../lib/ledger/index.js";
import { documentRow, step } from "../../support/rows.js";
import { removeScratch, scratch } from "../../support/scratch.js";

const SENDING = { from: ["claimed"], to: "sending" } as const;

/** What one process remembers of the rows that it wrote is what stands in the file, whatever happened since. */
describe("documents that a ledger remembers", () => {
  let file: string;
  let ledger: Ledger;
  let other: Database.Database;

  beforeEach(async () => {
    file = join(scratch(), "ledger.db");
    ledger = await openLedger(file);
    other = new Database(file);
  });
  afterEach(async () => {
    other.close();
    await ledger.close();
  });
  after(removeScratch);

  /** The row as it stands in the file. */
  async function stored(id: string) {
    const reader = await openLedger(file);
    const row = await reader.get(id);
    await reader.close();
    return row;
  }

  it("are as they stand in the file after each change, also with texts that no database gives back", async () => {
    for (const fileName of ["浙A00000.xml", "a\u0000b.xml", "\ud800.xml", "𠮷.xml"]) {
      const row = documentRow({ fileName });
      await ledger.claim(row);
      assert.deepEqual(await ledger.get(row.id), await stored(row.id));
      await ledger.transition(row.id, SENDING, { wire: "{}", sendingAt: 17 }, { event: "sending" });
      assert.deepEqual(await ledger.get(row.id), await stored(row.id));
      await ledger.update(row.id, { settled: true, possibleDuplicate: true });
      assert.deepEqual(await ledger.get(row.id), await stored(row.id));
    }
  });

  it("are read again when another program has written into the file, before each look and each change", async () => {
    const row = documentRow();
    await ledger.claim(row);
    other.prepare("UPDATE documents SET file_name = 'another.xml' WHERE id = ?").run(row.id);
    assert.equal((await ledger.get(row.id))?.fileName, "another.xml");
    await ledger.update(row.id, { seqNo: "1" });
    other.prepare("UPDATE documents SET state = 'failed' WHERE id = ?").run(row.id);
    await assert.rejects(
      ledger.transition(row.id, SENDING, {}, { event: "sending" }),
      (error) => codeOf(error) === "SW-STATE",
    );
  });

  it("are not remembered as a commit that was not made would have left them", async () => {
    const [good, alone] = [documentRow(), documentRow()];
    await ledger.claim(good);
    await ledger.claim(alone);
    // Together with one that fails it is done twice.
    const results = await Promise.allSettled([
      ledger.transition(good.id, SENDING, {}, { event: "sending" }),
      ledger.transition("nobody", step("sending"), {}, { event: "sending" }),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ["fulfilled", "rejected"],
    );
    // Written, and then refused by the database itself.
    other.exec(`CREATE TRIGGER no_events BEFORE INSERT ON events BEGIN SELECT raise(ABORT, 'no'); END`);
    await assert.rejects(ledger.transition(alone.id, SENDING, {}, { event: "sending" }));
    other.exec("DROP TRIGGER no_events");
    for (const { id } of [good, alone]) assert.deepEqual(await ledger.get(id), await stored(id));
    await ledger.transition(alone.id, SENDING, {}, { event: "sending" });
  });

  it("are nobody's to change but by the ledger, and gone when a claim is withdrawn", async () => {
    const row = documentRow();
    await ledger.claim(row);
    const seen = await ledger.get(row.id);
    assert.ok(seen);
    seen.fileName = "changed";
    assert.equal((await ledger.get(row.id))?.fileName, row.fileName);
    await ledger.withdraw(row.id);
    assert.equal(await ledger.get(row.id), undefined);
  });
});
