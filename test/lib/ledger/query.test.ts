import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "libsql";
import { bothLanguages, codeOf, type ImportClientError } from "../../../lib/errors.js";
import { firstIdAt, SYSTEM_IDS } from "../../../lib/ids.js";
import { type DocumentQuery, type DocumentRow, type Ledger, openLedger } from "../../../lib/ledger/index.js";
import { assertKnownFields, readDocumentQuery } from "../../../lib/ledger/read-query.js";
import { countDocuments, findDocuments } from "../../../lib/ledger/sql/search.js";
import { perform } from "../../../lib/ledger/sql/work.js";
import { SQLITE } from "../../../lib/ledger/sqlite/dialect.js";
import { MIGRATIONS, SCHEMA_VERSION } from "../../../lib/ledger/sqlite/schema.js";
import { describeQueries, ids, STATES, someDocuments } from "../../support/ledger-queries.js";
import { documentRow, step } from "../../support/rows.js";
import { removeScratch, scratch } from "../../support/scratch.js";

describeQueries("documents query in SQLite: the contract", () => openLedger(join(scratch(), "ledger", "ledger.db")));

describe("documents query", () => {
  let file: string;
  let ledger: Ledger;

  beforeEach(async () => {
    file = join(scratch(), "ledger", "ledger.db");
    ledger = await openLedger(file);
  });
  afterEach(async () => ledger.close());
  after(removeScratch);

  it("finds by text what a receipt has changed, and no longer what it was", async () => {
    const row = documentRow({ fileName: "变化.xml" });
    await ledger.claim(row);
    await ledger.update(row.id, { seqNo: "I20230000000000001" });
    assert.deepEqual(ids(await ledger.query({ q: "00000001" })), [row.id]);
    await ledger.update(row.id, { seqNo: "I20230000000000777" });
    assert.deepEqual(await ledger.query({ q: "00000001" }), []);
    assert.deepEqual(ids(await ledger.query({ q: "变化.x" })), [row.id]);
    assert.deepEqual(ids(await ledger.query({ q: "化" })), [row.id], "one character is enough");
  });

  it("finds by the time of claiming, in a ledger whose clock went back", async () => {
    const first = documentRow({ id: SYSTEM_IDS.document(4_000_000_000_000) });
    const second = documentRow({ id: SYSTEM_IDS.document(3_000_000_000_000) });
    for (const row of [first, second]) await ledger.claim(row);
    assert.deepEqual(ids(await ledger.query({ from: 3_999_999_999_999 })), [second.id, first.id]);
    assert.deepEqual(await ledger.query({ to: 3_999_999_999_999 }), []);
    assert.ok(firstIdAt(4_000_000_000_000) <= first.id && first.id < firstIdAt(4_000_000_000_001));
  });

  it("reads an index for each question, sorts nothing and scans nothing", async () => {
    await someDocuments(ledger, 50, 1);
    const database = new Database(file);
    const plan = (sql: string, values: readonly unknown[]) =>
      (database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as { detail: string }[]).map(
        ({ detail }) => detail,
      );
    const steps = (query: DocumentQuery) => {
      const seen: string[] = [];
      perform(findDocuments(query, SQLITE), ({ sql, values }) => {
        seen.push(...plan(sql, values));
        // Nothing is few here, as it would be in a large ledger.
        return sql.startsWith("SELECT count")
          ? [{ n: 1e6 }]
          : (database.prepare(sql).all(...values) as Record<string, unknown>[]);
      });
      return seen;
    };
    const quick: [DocumentQuery, RegExp][] = [
      [{}, /USING INDEX sqlite_autoindex_documents_1/],
      [{ before: "0", from: 1, to: 2 }, /sqlite_autoindex_documents_1 \(id>\? AND id<\?\)/],
      [{ state: "sent" }, /documents_state \(state=\?/],
      [{ state: ["sent", "held"], before: "x" }, /documents_state \(state=\? AND id<\?\)/],
      [{ business: "sas" }, /documents_business \(business=\?/],
      [
        { business: "sas", state: "sent", before: "x" },
        /documents_business_state \(business=\? AND state=\? AND id<\?\)/,
      ],
      [
        { business: "sas", state: ["sent", "held"], from: 5 },
        /documents_business_state \(business=\? AND state=\? AND id>\?/,
      ],
      [{ fileName: "a.xml" }, /documents_file_name \(file_name=\?/],
      [{ q: "核注清单" }, /SCAN documents_text VIRTUAL TABLE INDEX \d+:.*M/],
    ];
    for (const [query, index] of quick) {
      const seen = steps(query);
      assert.ok(
        seen.some((step) => index.test(step)),
        `${JSON.stringify(query)}: ${seen.join(" | ")}`,
      );
      for (const step of seen) {
        assert.doesNotMatch(step, /TEMP B-TREE/, `${JSON.stringify(query)} sorts`);
        if (/^SCAN documents(?! USING INDEX)\b(?!_)/.test(step)) assert.fail(`${JSON.stringify(query)} scans: ${step}`);
      }
    }
    const byKey = steps({ key: "E1" });
    for (const column of ["client_key", "seq_no", "customs_no"]) {
      assert.ok(
        byKey.some((step) => step.includes(`documents_${column} (${column}=?)`)),
        byKey.join(" | "),
      );
    }
    database.close();
  });

  it("leaves the event loop alone while it reads much, and answers after its thread has died", async () => {
    await someDocuments(ledger, 20, 3);
    interface Reading {
      store: { reader: { thread: { worker?: { terminate(): Promise<number> } } } };
    }
    const { thread } = (ledger as unknown as Reading).store.reader;
    const worker = () => thread.worker;
    assert.equal(worker(), undefined, "no thread before it is needed");
    const running = ledger.query({ q: "xml" });
    const ended = assert.rejects(running);
    await worker()?.terminate();
    await ended;
    assert.equal((await ledger.query({ q: "xml" })).length, 20);
    const late = ledger.query({ q: "xml" });
    const closed = assert.rejects(late);
    await ledger.close();
    await closed;
    await assert.rejects(ledger.query({}), (error) => codeOf(error) === "SW-LEDGER");
  });

  it("counts by state without counting rows", async () => {
    const rows = await someDocuments(ledger, 40, 5);
    const one = rows.find(({ state }) => state === "sent") as DocumentRow;
    await ledger.transition(one.id, step("accepted"), {}, { event: "accepted" });
    const counts = await ledger.counts();
    for (const state of STATES) {
      const n = rows.filter((row) => (row.id === one.id ? "accepted" : row.state) === state).length;
      assert.equal(counts[state], n, state);
    }
    assert.equal(counts.unknown, 0);
  });

  it("brings a ledger of version 1 along with all that is in it", async () => {
    await ledger.close();
    const old = join(scratch(), "old", "ledger.db");
    mkdirSync(dirname(old), { recursive: true });
    const database = new Database(old);
    database.exec(`${MIGRATIONS[0]}; PRAGMA user_version = 1`);
    const insert = database.prepare(
      "INSERT INTO documents (id, business, file_name, client_key, seq_no, customs_no, state, sha256, settled) VALUES (?, ?, ?, ?, ?, '', ?, ?, 1)",
    );
    for (let index = 0; index < 30; index++) {
      insert.run(
        `id${index}`,
        "DecCus001",
        `旧单据${index}.xml`,
        `K${index}`,
        "",
        index % 3 ? "sent" : "accepted",
        `h${index}`,
      );
    }
    database.exec("INSERT INTO events (document_id, at, event) VALUES ('id7', 5, 'claimed')");
    database.exec("INSERT INTO receipts (document_id, kind, format, sha256) VALUES ('id7', 'import', 'X', 's')");
    database.close();
    ledger = await openLedger(old);
    assert.deepEqual(ids(await ledger.query({ q: "旧单据7" })), ["id7"]);
    assert.deepEqual(ids(await ledger.query({ key: "K8" })), ["id8"]);
    const { accepted, sent } = await ledger.counts();
    assert.deepEqual([accepted, sent], [10, 20]);
    const story = await ledger.story("id7");
    assert.deepEqual([story?.events.length, story?.receipts.length], [1, 1]);
    assert.equal(story?.receipts[0]?.matchedBy, "");
    await ledger.close();
    const after = new Database(old);
    assert.deepEqual(after.pragma("user_version"), [{ user_version: SCHEMA_VERSION }]);
    // The text index agrees with the rows, also after a VACUUM.
    after.exec("DELETE FROM documents WHERE id = 'id3'; VACUUM");
    after.exec("INSERT INTO documents_text (documents_text) VALUES ('integrity-check')");
    after.close();
    ledger = await openLedger(old);
    assert.deepEqual(ids(await ledger.query({ q: "旧单据29" })), ["id29"]);
  });

  it("counts along an index, and sorts no rows for it", async () => {
    await someDocuments(ledger, 50, 1);
    const database = new Database(file);
    const steps = (query: DocumentQuery) => {
      const seen: string[] = [];
      perform(countDocuments(query, SQLITE), ({ sql, values }) => {
        const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as { detail: string }[];
        seen.push(...plan.map(({ detail }) => detail));
        return [];
      });
      return seen.join(" | ");
    };
    assert.match(steps({}), /documents_business_state/);
    assert.match(steps({ business: "sas" }), /documents_business_state \(business=\?\)/);
    for (const query of [{}, { business: "sas" }, { from: 5 }]) assert.doesNotMatch(steps(query), /TEMP B-TREE/);
    assert.match(steps({ q: "核注清单" }), /documents_text VIRTUAL TABLE INDEX/);
    database.close();
  });

  it("reads a query from a message or a URL, and names what is wrong with it", () => {
    assert.deepEqual(readDocumentQuery({ state: "sent, held", limit: "7", from: "1700000000000", q: " x " }), {
      state: ["sent", "held"],
      limit: 7,
      from: 1_700_000_000_000,
      to: 0,
      q: "x",
    });
    const day = readDocumentQuery({ from: "2026-11-24", to: "2026-11-24" });
    assert.equal((day.to as number) - (day.from as number), 24 * 3_600_000 - 1);
    assert.equal(readDocumentQuery({ limit: 1e9 }).limit, 1000);
    assert.equal(readDocumentQuery({ late: "false" }).late, undefined);
    assert.ok(readDocumentQuery({ late: "1" }).late);
    assert.throws(
      () => assertKnownFields({ after: "x" }, ["client"]),
      /after: there is no such field.*before, limit, client/,
    );
    assertKnownFields({ q: "x", client: "y" }, ["client"]);
    for (const [given, field] of [
      [{ state: "nonsense" }, "state"],
      [{ from: "yesterday" }, "from"],
      [{ limit: "many" }, "limit: many is not a whole number of 1 or more (at most 1000 come at a time)"],
      [{ limit: -1 }, "limit：-1 不是 1 或更大的整数（一次至多给出 1000 条）"],
      [{ limit: 0 }, "limit: 0 is not a whole number"],
      [{ limit: "1e9" }, "limit: 1e9 is not a whole number"],
      [{ before: "zzz" }, "before"],
      [{ q: { $gt: "" } }, "q"],
      [{ key: "x".repeat(300) }, "key"],
      [{ late: "maybe" }, "late"],
    ] as const) {
      assert.throws(
        () => readDocumentQuery(given),
        (error) => codeOf(error) === "SW-REQUEST" && bothLanguages((error as ImportClientError).text).includes(field),
      );
    }
  });
});
