import { DOCUMENT_COLUMNS, RECEIPT_COLUMNS, TEXT_COLUMNS } from "../sql/columns.js";

/** Version that this code writes. A ledger of a newer one is refused (promises 3). */
export const SCHEMA_VERSION = 9;

/** Columns that a later step adds; the first makes the tables without them. */
const ADDED_LATER = new Set([
  ...["matched_by", "text_en", "tries", "folder", "outcome", "part", "other_keys"],
  ...["parts_sha256", "operation", "packet", "status_outcome", "parts", "parts_good", "parts_refused"],
  ...["owner", "epoch"],
]);

function definitions(columns: readonly (readonly [string, string, string])[], key: string): string {
  return columns
    .filter(([, column]) => !ADDED_LATER.has(column))
    .map(([, column, kind]) => {
      if (column === "id") return key;
      const type = kind === "integer" || kind === "boolean" ? "INTEGER NOT NULL DEFAULT 0" : "TEXT";
      return `${column} ${type}`;
    })
    .join(", ");
}

const DOCUMENT_NAMES = DOCUMENT_COLUMNS.map(([, column]) => column)
  .filter((column) => !ADDED_LATER.has(column))
  .join(", ");
const of = (row: "old" | "new") => TEXT_COLUMNS.map((column) => `${row}.${column}`).join(", ");

/** Steps from version n to n+1, in order; the first makes an empty ledger. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE documents (${definitions(DOCUMENT_COLUMNS, "id TEXT PRIMARY KEY")});
  CREATE INDEX documents_open ON documents (id) WHERE settled = 0;
  CREATE INDEX documents_state ON documents (state, id);
  CREATE INDEX documents_business ON documents (business, id);
  CREATE INDEX documents_sha256 ON documents (sha256);
  CREATE INDEX documents_client_key ON documents (client_key) WHERE client_key <> '';
  CREATE INDEX documents_seq_no ON documents (seq_no) WHERE seq_no <> '';
  CREATE INDEX documents_customs_no ON documents (customs_no) WHERE customs_no <> '';
  CREATE INDEX documents_file_name ON documents (file_name COLLATE NOCASE);
  CREATE INDEX documents_waiting ON documents (sent_at) WHERE import_receipt_at = 0 OR business_receipt_at = 0;
  CREATE TABLE events (
    id INTEGER PRIMARY KEY, document_id TEXT NOT NULL, at INTEGER NOT NULL,
    event TEXT NOT NULL, code TEXT NOT NULL DEFAULT '', text TEXT NOT NULL DEFAULT ''
  );
  CREATE INDEX events_document ON events (document_id, id);
  CREATE TABLE receipts (${definitions(RECEIPT_COLUMNS, "id INTEGER PRIMARY KEY")});
  CREATE INDEX receipts_document ON receipts (document_id, id) WHERE document_id IS NOT NULL;
  CREATE INDEX receipts_sha256 ON receipts (sha256);
  CREATE INDEX receipts_orphan_client_key ON receipts (client_key) WHERE document_id IS NULL AND client_key <> '';
  CREATE INDEX receipts_orphan_seq_no ON receipts (seq_no) WHERE document_id IS NULL AND seq_no <> '';
  CREATE INDEX receipts_orphan_customs_no ON receipts (customs_no) WHERE document_id IS NULL AND customs_no <> '';
  CREATE TABLE pin_attempts (
    id INTEGER PRIMARY KEY, token TEXT NOT NULL, pin TEXT NOT NULL, at INTEGER NOT NULL,
    outcome TEXT NOT NULL DEFAULT '', code TEXT NOT NULL DEFAULT '', released TEXT NOT NULL DEFAULT ''
  );
  CREATE INDEX pin_attempts_token ON pin_attempts (token, id);
  CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
  `,
  // Version 2: a million documents. Each question has an index that ends in the order of its answer; `number` is a row
  // number that VACUUM leaves alone, which the text index needs.
  `
  ALTER TABLE documents RENAME TO documents_1;
  CREATE TABLE documents (number INTEGER PRIMARY KEY, ${definitions(DOCUMENT_COLUMNS, "id TEXT NOT NULL UNIQUE")});
  INSERT INTO documents (${DOCUMENT_NAMES}) SELECT ${DOCUMENT_NAMES} FROM documents_1 ORDER BY id;
  DROP TABLE documents_1;
  CREATE INDEX documents_open ON documents (id) WHERE settled = 0;
  CREATE INDEX documents_state ON documents (state, id);
  CREATE INDEX documents_business ON documents (business COLLATE NOCASE, id);
  CREATE INDEX documents_business_state ON documents (business COLLATE NOCASE, state, id);
  CREATE INDEX documents_sha256 ON documents (sha256, id);
  CREATE INDEX documents_client_key ON documents (client_key, id) WHERE client_key <> '';
  CREATE INDEX documents_seq_no ON documents (seq_no, id) WHERE seq_no <> '';
  CREATE INDEX documents_customs_no ON documents (customs_no, id) WHERE customs_no <> '';
  CREATE INDEX documents_file_name ON documents (file_name COLLATE NOCASE, id);
  CREATE INDEX documents_kept ON documents (state, updated_at) WHERE settled = 1 AND box <> 'none';

  CREATE VIRTUAL TABLE documents_text USING fts5(
    file_name, client_key, seq_no, customs_no,
    content = 'documents', content_rowid = 'number', detail = none, tokenize = 'trigram'
  );
  -- Merging goes page by page: with small pages no commit has to wait long for it.
  INSERT INTO documents_text (documents_text, rank) VALUES ('pgsz', 512);
  INSERT INTO documents_text (documents_text) VALUES ('rebuild');
  CREATE TRIGGER documents_text_insert AFTER INSERT ON documents BEGIN
    INSERT INTO documents_text (rowid, ${TEXT_COLUMNS.join(", ")}) VALUES (new.number, ${of("new")});
  END;
  CREATE TRIGGER documents_text_delete AFTER DELETE ON documents BEGIN
    INSERT INTO documents_text (documents_text, rowid, ${TEXT_COLUMNS.join(", ")})
      VALUES ('delete', old.number, ${of("old")});
  END;
  CREATE TRIGGER documents_text_update AFTER UPDATE OF ${TEXT_COLUMNS.join(", ")} ON documents BEGIN
    INSERT INTO documents_text (documents_text, rowid, ${TEXT_COLUMNS.join(", ")})
      VALUES ('delete', old.number, ${of("old")});
    INSERT INTO documents_text (rowid, ${TEXT_COLUMNS.join(", ")}) VALUES (new.number, ${of("new")});
  END;

  CREATE TABLE document_counts (state TEXT PRIMARY KEY, count INTEGER NOT NULL);
  INSERT INTO document_counts SELECT state, count(*) FROM documents GROUP BY state;
  CREATE TRIGGER document_counts_insert AFTER INSERT ON documents BEGIN
    INSERT INTO document_counts VALUES (new.state, 1) ON CONFLICT (state) DO UPDATE SET count = count + 1;
  END;
  CREATE TRIGGER document_counts_delete AFTER DELETE ON documents BEGIN
    UPDATE document_counts SET count = count - 1 WHERE state = old.state;
  END;
  CREATE TRIGGER document_counts_update AFTER UPDATE OF state ON documents BEGIN
    UPDATE document_counts SET count = count - 1 WHERE state = old.state;
    INSERT INTO document_counts VALUES (new.state, 1) ON CONFLICT (state) DO UPDATE SET count = count + 1;
  END;
  `,
  // Version 3: by what a receipt found its document.
  `ALTER TABLE receipts ADD COLUMN matched_by TEXT NOT NULL DEFAULT ''`,
  // Version 4: two languages are two columns, which stood in one as `zh / en`; retries are counted by themselves.
  `
  ALTER TABLE documents ADD COLUMN text_en TEXT NOT NULL DEFAULT '';
  ALTER TABLE documents ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE events ADD COLUMN text_en TEXT NOT NULL DEFAULT '';
  ALTER TABLE receipts ADD COLUMN text_en TEXT NOT NULL DEFAULT '';
  ${["documents", "events"]
    .map(
      (table) => `UPDATE ${table} SET
        text_en = substr(text, instr(text, ' / ') + 3), text = substr(text, 1, instr(text, ' / ') - 1)
        WHERE code <> '' AND instr(text, ' / ') > 1 AND instr(substr(text, instr(text, ' / ') + 3), ' / ') = 0;`,
    )
    .join("\n")}
  `,
  // Version 5: the open claim that a file of a box belongs to; the claims that wait for a flow.
  `
  CREATE INDEX documents_place ON documents (box_name) WHERE settled = 0;
  CREATE INDEX documents_waiting ON documents (id)
    WHERE settled = 0 AND state = 'claimed' AND box = 'TempBox' AND retry_at = 0;
  `,
  // Version 6: what a receipt says, with a word for what is not known; and of which part of the document.
  `
  ALTER TABLE receipts ADD COLUMN outcome TEXT NOT NULL DEFAULT 'good';
  ALTER TABLE receipts ADD COLUMN part TEXT NOT NULL DEFAULT '';
  UPDATE receipts SET outcome = 'refused' WHERE ok = 0;
  `,
  // Version 7: what makes two documents the same one.
  `
  ALTER TABLE documents ADD COLUMN parts_sha256 TEXT NOT NULL DEFAULT '';
  ALTER TABLE documents ADD COLUMN operation TEXT NOT NULL DEFAULT '';
  ALTER TABLE documents ADD COLUMN packet TEXT NOT NULL DEFAULT '';
  ALTER TABLE documents ADD COLUMN refused INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX documents_parts ON documents (parts_sha256, id) WHERE parts_sha256 <> '';
  `,
  // Version 8: a receipt's folder and the name of its file are two columns, which stood in one as `<folder>/InBox/<name>`; what
  // customs' newest status says of its document; the parts that a document has, and every key that leads to one; every key of
  // a receipt that has no document yet.
  `
  CREATE TABLE document_parts (
    document_id TEXT NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, attempt INTEGER NOT NULL DEFAULT 0,
    taken TEXT NOT NULL DEFAULT '', status TEXT NOT NULL DEFAULT '', code TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL DEFAULT '', at INTEGER NOT NULL DEFAULT 0, seq_no TEXT NOT NULL DEFAULT '',
    customs_no TEXT NOT NULL DEFAULT '', PRIMARY KEY (document_id, number)
  ) WITHOUT ROWID;
  CREATE TABLE document_keys (
    key TEXT NOT NULL, kind TEXT NOT NULL, document_id TEXT NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (key, kind, document_id, number)
  ) WITHOUT ROWID;
  CREATE INDEX document_keys_document ON document_keys (document_id);
  CREATE TRIGGER document_parts_delete AFTER DELETE ON documents BEGIN
    DELETE FROM document_parts WHERE document_id = old.id;
    DELETE FROM document_keys WHERE document_id = old.id;
  END;
  ALTER TABLE documents ADD COLUMN parts INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE documents ADD COLUMN parts_good INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE documents ADD COLUMN parts_refused INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE receipts ADD COLUMN other_keys TEXT;
  CREATE TABLE orphan_keys (
    key TEXT NOT NULL, receipt_id INTEGER NOT NULL, PRIMARY KEY (key, receipt_id)
  ) WITHOUT ROWID;
  ${["client_key", "seq_no", "customs_no"]
    .map(
      (column) => `INSERT OR IGNORE INTO orphan_keys SELECT ${column}, id FROM receipts
        WHERE document_id IS NULL AND ${column} <> '';
      DROP INDEX receipts_orphan_${column};`,
    )
    .join("\n")}
  DROP INDEX receipts_sha256;
  CREATE INDEX receipts_sha256 ON receipts (sha256, message_id);
  ALTER TABLE documents DROP COLUMN refused;
  ALTER TABLE documents ADD COLUMN status_outcome TEXT NOT NULL DEFAULT '';
  UPDATE documents SET status_outcome = coalesce((
    SELECT CASE WHEN ok = 1 THEN 'good' WHEN status_text <> '' THEN 'refused' ELSE '' END FROM receipts
      WHERE document_id = documents.id AND kind = 'business' ORDER BY at DESC, id DESC LIMIT 1
    ), '') WHERE business_receipt_at > 0;
  ALTER TABLE receipts ADD COLUMN folder TEXT NOT NULL DEFAULT '';
  UPDATE receipts SET
    folder = substr(file, 1, instr(file, '/') - 1), file = substr(file, instr(file, '/') + ${"InBox/".length + 1})
    WHERE substr(file, instr(file, '/'), ${"/InBox/".length}) = '/InBox/' AND instr(substr(file, instr(file, '/') + ${"InBox/".length + 1}), '/') = 0;
  `,
  // Version 9: which instance works on a document; here one process has them all.
  `
  ALTER TABLE documents ADD COLUMN owner TEXT NOT NULL DEFAULT '';
  ALTER TABLE documents ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
  `,
];
