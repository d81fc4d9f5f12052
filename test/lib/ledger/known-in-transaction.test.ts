import assert from "node:assert/strict";
import { codeOf } from "../../../lib/errors.js";
import { type Ledger, ledgerOn, openStore } from "../../../lib/ledger/index.js";
import { Rows } from "../../../lib/ledger/sql/rows.js";
import type { Store } from "../../../lib/ledger/sql/store.js";
import { type PrivatePostgres, startPrivatePostgres } from "../../../scripts/private-postgres.js";
import { newPlace } from "../../support/postgres.js";
import { documentRow, step } from "../../support/rows.js";

/** Within a transaction that keeps others out, a row is read once; nothing of it is left behind it. */
describe("documents that a transaction in PostgreSQL remembers", () => {
  let postgres: PrivatePostgres;
  let place: string;
  let store: Store;
  let rows: Rows;
  let ledger: Ledger;

  before(async function () {
    this.timeout(360_000);
    postgres = await startPrivatePostgres();
  });
  after(async () => postgres?.stop());

  beforeEach(async () => {
    place = newPlace(postgres);
    store = await openStore(place, { password: postgres.password });
    rows = new Rows(store.dialect, Date.now, undefined, store.knownRows);
    ledger = ledgerOn(store, place);
  });
  afterEach(async () => ledger.close());

  const sql = (text: string) =>
    postgres.sql(`SET search_path = ${new URL(place).searchParams.get("schema")}; ${text}; RESET search_path`);

  it("are as they were written in it, and read once", async () => {
    const row = documentRow();
    await ledger.claim(row);
    const asked: string[] = [];
    await store.write(function* () {
      const recorded = rows.document(row.id);
      for (let next = recorded.next(); ; ) {
        if (next.done) break;
        asked.push(next.value.sql);
        next = recorded.next(yield next.value);
      }
      yield* rows.change(row.id, {}, { seqNo: "1" }, undefined);
      const again = rows.document(row.id).next();
      assert.equal(again.done, true, "it is known");
      assert.equal((again.value as { seqNo: string }).seqNo, "1");
    });
    assert.equal(asked.length, 1);
    assert.equal((await ledger.get(row.id))?.seqNo, "1");
  });

  it("are read again in the next one: somebody else may have written in between", async () => {
    const row = documentRow();
    await ledger.claim(row);
    await ledger.update(row.id, { seqNo: "1" });
    await sql(`UPDATE documents SET state = 'failed' WHERE id = '${row.id}'`);
    const refused = ledger.transition(row.id, step("sending"), {}, { event: "sending" });
    await assert.rejects(refused, (error) => codeOf(error) === "SW-STATE");
  });

  it("are not what a job wrote that failed", async () => {
    const row = documentRow();
    await ledger.claim(row);
    const [failed, after] = await Promise.allSettled([
      store.write(function* () {
        yield* rows.change(row.id, {}, { seqNo: "never" }, undefined);
        yield* rows.change("nobody", {}, {}, undefined);
      }),
      store.write(function* () {
        return yield* rows.document(row.id);
      }),
    ]);
    assert.equal(failed.status, "rejected");
    assert.equal(after.status === "fulfilled" && after.value?.seqNo, "");
  });

  it("are nothing to who only reads meanwhile", async () => {
    const row = documentRow();
    await ledger.claim(row);
    let seen: { seqNo?: string | undefined } | undefined;
    await store.write(function* () {
      yield* rows.change(row.id, {}, { seqNo: "1" }, undefined);
      setImmediate(async () => {
        seen = { seqNo: (await ledger.get(row.id))?.seqNo };
      });
      // Not committed before it has been looked at.
      while (!seen) yield* rows.documents("WHERE id = ? AND pg_sleep(0.02) IS NOT NULL", row.id);
    });
    assert.deepEqual(seen, { seqNo: "" });
  });
});
