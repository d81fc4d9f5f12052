import assert from "node:assert/strict";
import { join } from "node:path";
import { LedgerWrites } from "../../../lib/client/ledger-writes.js";
import { ClientOpening } from "../../../lib/client/opening.js";
import { ImportClientError } from "../../../lib/errors.js";
import { SYSTEM } from "../../../lib/files/ports.js";
import { openLedger } from "../../../lib/ledger/index.js";
import { clientSettings } from "../../support/client.js";
import { FakeClock } from "../../support/fake-clock.js";
import { removeScratch, scratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";

const FULL = new ImportClientError("SW-LEDGER", { zh: "满", en: "full" }, { advice: { zh: "清理", en: "make room" } });

/** A ledger that takes so many characters of a fact. */
class Tight {
  room = Number.POSITIVE_INFINITY;
  facts: string[] = [];
  private told: ((fault: ImportClientError) => void) | undefined;

  onRefused(listener: (fault: ImportClientError) => void): () => void {
    this.told = listener;
    return () => undefined;
  }

  async setFact(name: string, value: string): Promise<void> {
    if (value.length > this.room) {
      this.told?.(FULL);
      throw FULL;
    }
    this.facts.push(`${name} ${value.length}`);
  }
}

describe("a ledger that takes nothing", () => {
  after(removeScratch);

  it("is told of once, however often it refuses, and is well when it takes as much as a document", async () => {
    const ledger = new Tight();
    const writes = new LedgerWrites(ledger);
    const told: (string | undefined)[] = [];
    writes.on("fault", (fault) => told.push(fault?.code));
    await writes.tryAgain();
    assert.deepEqual([ledger.facts, writes.says("SW-LEDGER")], [[], false], "nothing is written while it is well");
    ledger.room = 4000;
    for (let i = 0; i < 3; i++) await assert.rejects(ledger.setFact("big", "x".repeat(5000)));
    await ledger.setFact("small", "x");
    await writes.tryAgain();
    assert.deepEqual([told, writes.fault], [["SW-LEDGER"], FULL], "room for little is none");
    assert.deepEqual(
      [writes.says("SW-LEDGER"), writes.says("SW-FOLDER"), writes.says(undefined)],
      [true, false, false],
    );
    ledger.room = Number.POSITIVE_INFINITY;
    await writes.tryAgain();
    assert.deepEqual([told, writes.fault], [["SW-LEDGER", undefined], undefined]);
    assert.equal(ledger.facts.at(-1), "trial 0", "what the trial took is free again");
  });

  it("is the fault of its client, with what to do, until there is room: a real file that may not grow", async () => {
    const clock = new FakeClock();
    const root = join(scratch(), "ImpPath");
    // SQLite's own limit of a file's length: it answers as on a full disk.
    let limit: (pages: number) => void = () => {};
    const opening = new ClientOpening(clientSettings({ root }), { ...SYSTEM, clock }, async (...given) => {
      const ledger = await openLedger(...given);
      const { database } = (ledger as unknown as { store: { connection: { database: { exec(sql: string): void } } } })
        .store.connection;
      limit = (pages) => database.exec(`PRAGMA max_page_count = ${pages}`);
      return ledger;
    });
    const faults: (ImportClientError | undefined)[] = [];
    const notices: string[] = [];
    opening.on("fault", (fault) => faults.push(fault));
    opening.on("notice", ({ code }) => notices.push(code));
    opening.start();
    const client = await opening.ready;
    notices.length = 0;
    try {
      limit(1);
      for (let i = 0; i < 3; i++) {
        await assert.rejects(client.ledger.setFact(`f${i}`, "x".repeat(100_000)), { code: "SW-LEDGER" });
        client.reports.fault(faults[0]);
      }
      const [fault] = faults;
      assert.deepEqual([faults.length, fault === opening.fault, notices], [1, true, []]);
      assert.match(fault?.text.zh ?? "", /磁盘已满/);
      assert.match(fault?.advice?.en ?? "", /make room/);
      assert.equal(client.lease.fault, undefined, "nothing is stopped: all that is refused is tried again");
      await clock.pass(10_000, async () => void (await client.ledger.fact("x")));
      assert.equal(faults.length, 1);
      limit(1_000_000);
      await until("it is well", async () => {
        await clock.pass(2000);
        return opening.fault === undefined;
      });
      assert.deepEqual(faults, [fault, undefined]);
    } finally {
      await opening.close();
    }
  });
});
