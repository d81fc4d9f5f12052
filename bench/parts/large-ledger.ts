import Database from "libsql";
import { firstIdAt } from "../../lib/ids.js";

/** A ledger of any size, made in minutes: rows go in by SQL, its indexes, counts and text index are made after them. */

const FIRST_DAY = Date.UTC(2024, 0, 1);
/** One claimed each half minute: a million are a year. */
const APART = 30_000;
const BUSINESSES = ["DecCus001", "Sas", "Npts", "Nems", "Rmft", "Ceb", "Coo", "Acd"];

const digits = (value: number, length: number) => String(value).padStart(length, "0");

/** What the documents are called by their number, as the SQL below does. */
export const timeOf = (index: number) => FIRST_DAY + index * APART;
export const idOf = (index: number) => `${firstIdAt(timeOf(index))}7000-8000-${digits(index, 12)}`;
export const keyOf = (index: number) => `E${digits(index, 9)}${digits((index * 7919) % 1_000_003, 7)}`;
export const seqNoOf = (index: number) => `I2024${digits(index, 13)}`;
export const customsNoOf = (index: number) => `5300202410${digits(index, 8)}`;
/** The last of every hundred still waits for its receipts. */
export const isAnswered = (index: number) => index % 100 !== 99;

const ID = "printf('%08x-%04x-7000-8000-%012d', at >> 16, at & 65535, i)";
const KEY = "printf('E%09d%07d', i, (i * 7919) % 1000003)";
const SEQ = "printf('I2024%013d', i)";
const CUSTOMS = "printf('5300202410%08d', i)";
const ANSWERED = "i % 100 <> 99";
const of = (expression: string) => `CASE WHEN ${ANSWERED} THEN ${expression} ELSE '' END`;

/** A document's columns as SQL says them, with `i` its number and `at` its time; `:clientId` is bound. */
const DOCUMENT: Record<string, string> = {
  ...{ id: ID, environment: "'test'", client_id: ":clientId", message_type: "'DEC'", size: "16000" },
  business: `json_extract('${JSON.stringify(BUSINESSES)}', '$[' || (i % ${BUSINESSES.length}) || ']')`,
  file_name: `'报关单_' || ${KEY} || '_' || printf('%04d', i * 31 % 10000) || '.xml'`,
  ...{
    sha256: "printf('%064d', i)",
    parts_sha256: "printf('%064d', i)",
    client_key: KEY,
    operation: "'G'",
    packet: "''",
  },
  state: `CASE WHEN ${ANSWERED} THEN 'accepted' ELSE 'sent' END`,
  ...{ attempt: "1", tries: "0", possible_duplicate: "0", box: "'SentBox'", settled: "1", retry_at: "0" },
  box_name: `'报关单_' || ${KEY} || '_20240101000000000.xml'`,
  ...{ code: "''", text: "''", text_en: "''", seq_no: of(SEQ), customs_no: of(CUSTOMS) },
  ...{ status_code: of("'R'"), status_text: of("'结关'"), status_outcome: of("'good'") },
  wire: "json_object('messageId', printf('%036d', i), 'headers', json_object('fileName', printf('%060d', i)))",
  ...{ claimed_at: "at", sending_at: "at", sent_at: "at", failed_at: "0", updated_at: "at" },
  import_receipt_at: `CASE WHEN ${ANSWERED} THEN at ELSE 0 END`,
  business_receipt_at: `CASE WHEN ${ANSWERED} THEN at ELSE 0 END`,
};

/** A receipt's, with `n` its number among the document's: the first is of the import. */
const RECEIPT: Record<string, string> = {
  ...{ document_id: ID, kind: "iif(n = 0, 'import', 'business')", ok: "1", outcome: "'good'", filed: "1" },
  format: "iif(n = 0, 'DecImportResponse', 'DEC_RESULT')",
  code: "iif(n = 0, '0', 'R')",
  ...{ text: "''", client_key: `iif(n = 0, ${KEY}, '')`, seq_no: SEQ, customs_no: `iif(n > 1, ${CUSTOMS}, '')` },
  ...{
    status_code: "iif(n = 0, '', 'R')",
    status_text: "iif(n = 0, '', '海关入库')",
    at: "at + n",
    received_at: "at + n",
  },
  ...{ sha256: "printf('%032d%032d', i, n)", message_id: "printf('%036d', i * 100 + n)", matched_by: "'seqNo'" },
  ...{ folder: "'DecCus001'", file: `'Receipt_报关单_' || ${KEY} || '_' || n || '.xml'` },
};

const EVENTS = ["claimed", "sending", "sent", "settled"];

/**
 * Puts so many documents, with their events and so many receipts each, into a ledger that exists; whoever has it open reads them after.
 * `progress` hears what is done.
 */
export function fillLedger(
  file: string,
  { documents, receipts, clientId = "DEMO0001" }: { documents: number; receipts: number; clientId?: string },
  progress: (text: string) => void = () => {},
): void {
  const database = new Database(file);
  database.exec("PRAGMA busy_timeout = 60000; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN IMMEDIATE");
  const besides = database
    .prepare(
      `SELECT name, type, sql FROM sqlite_master
        WHERE type IN ('index', 'trigger') AND sql IS NOT NULL AND tbl_name IN ('documents', 'events', 'receipts')`,
    )
    .all() as { name: string; type: string; sql: string }[];
  for (const { name, type } of besides) database.exec(`DROP ${type} ${name}`);
  const numbers = `WITH RECURSIVE numbers (i, at) AS (
    SELECT 0, ${FIRST_DAY} UNION ALL SELECT i + 1, at + ${APART} FROM numbers WHERE i + 1 < ${documents})`;
  const put = (table: string, columns: Record<string, string>, from: string) => {
    const sql = `INSERT INTO ${table} (${Object.keys(columns)}) ${numbers} SELECT ${Object.values(columns)} FROM ${from}`;
    database.exec(sql.replaceAll(":clientId", `'${clientId}'`));
    progress(`${table} are in`);
  };
  const several = (count: number) => `json_each('[${[...Array(count).keys()]}]')`;
  put("documents", DOCUMENT, "numbers");
  const event = `json_extract('${JSON.stringify(EVENTS)}', '$[' || n || ']')`;
  put(
    "events",
    { document_id: ID, at: "at", event },
    `(SELECT i, at, value AS n FROM numbers, ${several(EVENTS.length)})`,
  );
  put("receipts", RECEIPT, `(SELECT i, at, value AS n FROM numbers, ${several(receipts)} WHERE ${ANSWERED})`);
  for (const { sql } of besides) database.exec(sql);
  progress("indexes are made");
  database.exec(`DELETE FROM document_counts; INSERT INTO document_counts SELECT state, count(*) FROM documents GROUP BY state;
    INSERT INTO documents_text (documents_text) VALUES ('rebuild'); COMMIT`);
  progress("the text index is made");
  database.exec("PRAGMA wal_checkpoint(PASSIVE)");
  database.close();
}
