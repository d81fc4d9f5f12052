import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { type Ledger, openLedger } from "../../../lib/ledger/index.js";
import { MIGRATIONS, SCHEMA_VERSION } from "../../../lib/ledger/sqlite/schema.js";
import { removeScratch, scratch } from "../../support/scratch.js";

describe("a ledger of an older version", () => {
  let ledger: Ledger | undefined;
  let file = "";
  afterEach(async () => ledger?.close());
  after(removeScratch);

  /** Opens a ledger that a version of ours made, with what `fill` wrote into it. */
  async function opened(version: number, fill: (database: Database.Database) => void = () => {}): Promise<Ledger> {
    const folder = join(scratch(), "ledger");
    mkdirSync(folder);
    file = join(folder, "ledger.db");
    const database = new Database(file);
    for (const step of MIGRATIONS.slice(0, version)) database.exec(step);
    database.pragma(`user_version = ${version}`);
    fill(database);
    database.close();
    ledger = await openLedger(file);
    return ledger;
  }

  it("has a receipt's folder and file in two columns, and no folder where the path was none of ours", async () => {
    const found = await opened(7, (database) => {
      const insert = database.prepare("INSERT INTO receipts (seq_no, file) VALUES (?, ?)");
      for (const path of [
        "DecCus001/InBox/Successed_单_20240101000000000.xml",
        "Others/InBox/Receipt_a.xml",
        "../InBox/Receipt_a.xml",
        "DecCus001/OutBox/InBox/Receipt_a.xml",
        "DecCus001/InBox/InBox/Receipt_a.xml",
      ]) {
        insert.run("1", path);
      }
    });
    const rows = await found.orphans({ clientKey: "", seqNo: "1", customsNo: "", answers: [] });
    assert.deepEqual(
      rows.map(({ folder, file }) => [folder, file]),
      [
        ["DecCus001", "Successed_单_20240101000000000.xml"],
        ["Others", "Receipt_a.xml"],
        ["..", "Receipt_a.xml"],
        ["", "DecCus001/OutBox/InBox/Receipt_a.xml"],
        ["", "DecCus001/InBox/InBox/Receipt_a.xml"],
      ],
    );
  });

  it("has what a new one has, from whatever version it comes", async () => {
    const columnsOf = (database: Database.Database) =>
      ["documents", "events", "receipts"].map((table) =>
        (database.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name).sort(),
      );
    const fresh = new Database(":memory:");
    for (const step of MIGRATIONS) fresh.exec(step);
    const expected = columnsOf(fresh);
    for (let version = 1; version < SCHEMA_VERSION; version++) {
      await (await opened(version)).close();
      const database = new Database(file);
      assert.deepEqual(columnsOf(database), expected, `from version ${version}`);
      database.close();
    }
    ledger = undefined;
    assert.equal(MIGRATIONS.length, SCHEMA_VERSION);
  });
});
