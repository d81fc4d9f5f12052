import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "acorn";
import { full } from "acorn-walk";
import { transformSync } from "esbuild";
import Database from "libsql";
import { type DocumentRow, type EventRow, type Ledger, openLedger } from "../../../lib/ledger/index.js";
import { countDocuments, findDocuments } from "../../../lib/ledger/sql/search.js";
import { perform, type Work } from "../../../lib/ledger/sql/work.js";
import { SQLITE } from "../../../lib/ledger/sqlite/dialect.js";
import { Statements } from "../../../lib/ledger/sqlite/statements.js";
import { describeLedger } from "../../support/ledger-contract.js";
import { someDocuments } from "../../support/ledger-queries.js";
import { documentRow, newReceipt } from "../../support/rows.js";
import { removeScratch, scratch } from "../../support/scratch.js";

/**
 * Every statement of a ledger in SQLite finds its rows by an index, whatever the ledger holds: all that are prepared on the event loop's
 * connection while the contracts run are planned here, and a statement that stands in the sources and was not among them is named.
 */
const SOURCES = ["lib/ledger/sql", "lib/ledger/sqlite"];
/** PostgreSQL alone has these; copying, opening and mending a ledger; the reading thread's own connection. */
const OTHERS = [
  "sql/instances.ts",
  "sql/pins.ts",
  "sql/facts.ts",
  "schema.ts",
  "open-database.ts",
  "transactions.ts",
  "reader-thread.ts",
];
/** Tables that PostgreSQL alone has. */
const ELSEWHERE = /(?:FROM|INTO|UPDATE) (?:instances|claimed_names|pin_tokens)\b/;

/** Indexes of words that very many documents share: good for the newest of them, and for nothing that looks for one document. */
const SHARED = /documents_(?:business|state|business_state|kept)\b/;
/** A page in the order of its index, and the documents whose files are kept: a bounded number of rows from where they stand together. */
const PAGE =
  /^SELECT documents\.id AS id, json_array\([^)]*\) AS row FROM documents WHERE (?:1 = 1|documents\.(?:business = \? COLLATE NOCASE|state IN \((?:\?(?:, )?)+\)|state = \?|id (?:<|>=) \?)(?: AND )?)+(?: AND )?.* ?ORDER BY documents\.id DESC LIMIT \d+$/;
const CLAIMED =
  /WHERE settled = 0 AND state = 'claimed' AND box = 'TempBox' AND retry_at = 0 AND wire = '' ORDER BY id LIMIT \?$/;
const KEPT =
  /WHERE settled = 1 AND box <> 'none' AND state = \? AND updated_at (?:< \? ORDER BY updated_at|>= \? AND .* ORDER BY updated_at, id) LIMIT \?$/;
/** Few rows, sorted: the open claims of one name, the documents of one key, the receipts of the same bytes. */
const SORTED = [
  /WHERE settled = 0 AND box_name = \? AND box = \? ORDER BY id$/,
  /^(?:SELECT 0 AS place, id FROM \()?SELECT DISTINCT document_id AS id FROM document_keys/,
  /FROM receipts WHERE sha256 = \? ORDER BY id DESC LIMIT 100$/,
];
/** Small whole tables, all open claims, and the values that came with the statement. A document that is `claimed` is open. */
const WHOLE =
  /^SCAN (?:documents USING INDEX documents_(?:open|waiting)$|json_each|document_counts|pin_attempts|CONSTANT ROW|few|one)\b/;

/** Why a plan reads more than it should; undefined for one that does not. */
function faultOf(sql: string, steps: readonly string[]): string | undefined {
  return steps.find((step) => {
    if (
      /^(?:LIST SUBQUERY|CORRELATED|SCALAR|MULTI-INDEX|INDEX \d|UNION|COMPOUND|LEFT-MOST|REUSE|CO-ROUTINE)/.test(step)
    )
      return false;
    if (WHOLE.test(step)) return false;
    if (step.startsWith("USE TEMP B-TREE")) return !SORTED.some((known) => known.test(sql)) && !KEPT.test(sql);
    if (step.startsWith("SCAN documents USING INDEX sqlite_autoindex_documents_1")) return !PAGE.test(sql);
    // The newest event: the last row of the table.
    if (step === "SEARCH events") return !/SELECT (?:coalesce\()?max\(id\)[^(]* FROM events\b/.test(sql);
    if (SHARED.test(step)) return ![PAGE, KEPT, CLAIMED].some((known) => known.test(sql));
    return !/^SEARCH \w+ (?:AS \w+ )?USING (?:COVERING )?(?:INDEX|PRIMARY KEY|INTEGER PRIMARY KEY|ROWID)/.test(step);
  });
}

const flat = (text: string) => text.replace(/\s+/g, " ");

/** What stands fixed in each piece of SQL of the sources. */
function piecesInSources(): { where: string; parts: string[] }[] {
  return SOURCES.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => !OTHERS.some((other) => path.replaceAll("\\", "/").endsWith(other)))
    .flatMap((path) => {
      const { code } = transformSync(readFileSync(path, "utf8"), { loader: "ts" });
      const found: { where: string; parts: string[] }[] = [];
      full(parse(code, { ecmaVersion: "latest", sourceType: "module" }), (node) => {
        const { type, value, quasis } = node as {
          type: string;
          value?: unknown;
          quasis?: { value: { cooked: string } }[];
        };
        const parts =
          type === "TemplateLiteral"
            ? (quasis ?? []).map((one) => one.value.cooked)
            : type === "Literal"
              ? [String(value)]
              : [];
        if (parts.some((part) => ELSEWHERE.test(part))) return;
        if (!/^\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH|WHERE|FROM)\s\S/.test(parts[0] ?? "")) return;
        found.push({ where: path, parts: parts.map(flat).filter((part) => part.trim() !== "") });
      });
      return found;
    });
}

function stands(parts: readonly string[], sql: string): boolean {
  let at = 0;
  return parts.every((part) => {
    const found = sql.indexOf(part.trim(), at);
    at = found + part.trim().length;
    return found !== -1;
  });
}

describe("plans of the ledger's statements", () => {
  const seen = new Set<string>();
  const { of } = Statements.prototype;

  before(() => {
    Statements.prototype.of = function (this: Statements, sql: string) {
      seen.add(flat(sql).trim());
      return of.call(this, sql);
    };
  });
  after(() => {
    Statements.prototype.of = of;
    removeScratch();
  });

  const open = () => openLedger(join(scratch(), "ledger", "ledger.db"));
  describeLedger("the contract, recorded", open);

  describe("all of them", () => {
    let ledger: Ledger;
    let file: string;

    before(async () => {
      file = join(scratch(), "ledger", "ledger.db");
      await (await openLedger(file)).close();
      const database = new Database(file);
      // Of a version that kept the attempts with a PIN here.
      database.exec("INSERT INTO pin_attempts (token, pin, at) VALUES ('a token', 'a hash', 1)");
      database.close();
      ledger = await openLedger(file);
      await rest(ledger);
    });
    after(async () => ledger.close());

    it("are run by these tests: none of the sources is forgotten", () => {
      // What the reading thread asks.
      const asked = new Set(seen);
      const record = (work: Work<unknown>) =>
        perform(work, ({ sql }) => {
          asked.add(flat(sql).trim());
          return [{ n: 1e6, number: 1 }];
        });
      for (const query of [
        { q: "报关单", before: "x" },
        { q: "x" },
        { q: "报关单", state: "sent" },
        { key: "1" },
      ] as const) {
        record(findDocuments(query, SQLITE));
        record(countDocuments(query, SQLITE));
      }
      const pieces = piecesInSources();
      assert.ok(pieces.length > 40, `${pieces.length} pieces`);
      const known = (parts: readonly string[]) => [...asked].some((sql) => stands(parts, sql));
      const forgotten = pieces.filter(({ parts }) => !known(parts));
      assert.deepEqual(
        forgotten.map(({ where, parts }) => `${where}: no test runs ${parts.join(" … ")}`),
        [],
      );
    });

    it("find their rows by an index of their own", () => {
      const database = new Database(file);
      const faults: string[] = [];
      for (const sql of seen) {
        const marks = sql.match(/\?/g)?.length ?? 0;
        const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...Array(marks).fill("")) as {
          detail: string;
        }[];
        const fault = faultOf(
          sql,
          plan.map(({ detail }) => detail),
        );
        if (fault) faults.push(`${fault}: ${sql}`);
      }
      database.close();
      assert.deepEqual(faults, []);
      assert.ok(seen.size > 60, `${seen.size} statements`);
    });
  });
});

/** What the contract leaves out. */
async function rest(ledger: Ledger): Promise<void> {
  await someDocuments(ledger, 5, 1);
  const business = "sas";
  for (const state of [undefined, "sent", ["sent", "held"]] as const) {
    for (const range of [{}, { before: "x" }, { from: 1, to: 2 }]) {
      for (const query of [range, { ...range, business }]) await ledger.query({ ...query, ...(state && { state }) });
    }
  }
  const row = documentRow();
  await ledger.claim(row, { sameKey: true });
  await ledger.openAt(row.business, row.box, row.boxName);
  await ledger.waitingClaims(1);
  await ledger.withdraw(row.id);
  await ledger.claim(row, { parts: [{ name: "1", keys: ["K1"] }] });
  await ledger.unsettled({ after: "", limit: 1 });
  await ledger.byClientKey(row.business, "DEC", row.clientKey);
  await ledger.counts();
  await ledger.keptFiles(["sent"], 1, 1);
  await ledger.keptAfter("sent", (await ledger.get(row.id)) as DocumentRow, 10);
  await receiptsOf(ledger, row.id);
  const [event] = await ledger.eventsAfter(await ledger.lastEventBefore(1), 1);
  await ledger.recordOverdue(event as EventRow, "import", "cursor");
  await ledger.pins.handOver(async () => {});
  await ledger.fence("fence", "1");
}

async function receiptsOf(ledger: Ledger, documentId: string): Promise<void> {
  const { receipt } = await ledger.addReceipt(newReceipt({ documentId, part: "1", kind: "business", statusCode: "R" }));
  await ledger.markFiled(receipt.id, { folder: "Sas", file: "x.xml" });
  await ledger.knowsReceipt(receipt.sha256);
  await ledger.knowsReceipt(receipt.sha256, "another");
  // A part that nobody knew of.
  await ledger.addReceipt(newReceipt({ documentId, part: "2", seqNo: "S2", ok: false }));
  await ledger.update(documentId, { attempt: 2 });
  await ledger.addReceipt(newReceipt({ documentId, ok: false, text: "企业内部编号重复" }));
  await ledger.addReceipt(newReceipt({ clientKey: "nobody" }));
}
