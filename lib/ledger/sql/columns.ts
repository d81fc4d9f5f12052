import type { DocumentRow, ReceiptRow } from "../types.js";
import type { Dialect } from "./dialect.js";
import type { Value } from "./work.js";

type Kind = "text" | "integer" | "boolean" | "json";

/** Property of a row type, its column, and how the value is stored; the one place where the two are named together. */
export type Columns<Row> = readonly (readonly [property: keyof Row & string, column: string, kind: Kind])[];

export const DOCUMENT_COLUMNS: Columns<DocumentRow> = [
  ["id", "id", "text"],
  ["environment", "environment", "text"],
  ["clientId", "client_id", "text"],
  ["business", "business", "text"],
  ["fileName", "file_name", "text"],
  ["size", "size", "integer"],
  ["sha256", "sha256", "text"],
  ["partsSha256", "parts_sha256", "text"],
  ["messageType", "message_type", "text"],
  ["clientKey", "client_key", "text"],
  ["operation", "operation", "text"],
  ["packet", "packet", "text"],
  ["state", "state", "text"],
  ["attempt", "attempt", "integer"],
  ["tries", "tries", "integer"],
  ["possibleDuplicate", "possible_duplicate", "boolean"],
  ["box", "box", "text"],
  ["boxName", "box_name", "text"],
  ["settled", "settled", "boolean"],
  ["retryAt", "retry_at", "integer"],
  ["code", "code", "text"],
  ["text", "text", "text"],
  ["textEn", "text_en", "text"],
  ["seqNo", "seq_no", "text"],
  ["customsNo", "customs_no", "text"],
  ["statusCode", "status_code", "text"],
  ["statusText", "status_text", "text"],
  ["wire", "wire", "text"],
  ["claimedAt", "claimed_at", "integer"],
  ["sendingAt", "sending_at", "integer"],
  ["sentAt", "sent_at", "integer"],
  ["failedAt", "failed_at", "integer"],
  ["importReceiptAt", "import_receipt_at", "integer"],
  ["businessReceiptAt", "business_receipt_at", "integer"],
  ["statusOutcome", "status_outcome", "text"],
  ["parts", "parts", "integer"],
  ["partsGood", "parts_good", "integer"],
  ["partsRefused", "parts_refused", "integer"],
  ["updatedAt", "updated_at", "integer"],
  ["owner", "owner", "text"],
  ["epoch", "epoch", "integer"],
];

export const RECEIPT_COLUMNS: Columns<ReceiptRow> = [
  ["id", "id", "integer"],
  ["documentId", "document_id", "text"],
  ["kind", "kind", "text"],
  ["format", "format", "text"],
  ["ok", "ok", "boolean"],
  ["code", "code", "text"],
  ["text", "text", "text"],
  ["clientKey", "client_key", "text"],
  ["seqNo", "seq_no", "text"],
  ["customsNo", "customs_no", "text"],
  ["statusCode", "status_code", "text"],
  ["statusText", "status_text", "text"],
  ["advice", "advice", "json"],
  ["at", "at", "integer"],
  ["sha256", "sha256", "text"],
  ["messageId", "message_id", "text"],
  ["file", "file", "text"],
  ["filed", "filed", "boolean"],
  ["receivedAt", "received_at", "integer"],
  ["matchedBy", "matched_by", "text"],
  ["textEn", "text_en", "text"],
  ["folder", "folder", "text"],
  ["otherKeys", "other_keys", "json"],
  ["outcome", "outcome", "text"],
  ["part", "part", "text"],
];

/** A property's value as a column holds it. */
export function toColumn(kind: Kind, value: unknown): Value {
  if (kind === "boolean") return value ? 1 : 0;
  if (kind === "json") return value === null || value === undefined ? null : JSON.stringify(value);
  return (value ?? null) as Value;
}

/** What is selected of a table so that `fromColumns` can read it: one value. */
export function selected<Row>(columns: Columns<Row>, table: string, dialect: Dialect): string {
  return `${dialect.array(columns.map(([, column]) => `${table}.${column}`))} AS row`;
}

/** What free text is looked for in (documents query, `q`). */
export const TEXT_COLUMNS = ["file_name", "client_key", "seq_no", "customs_no"] as const;

/** A database row as the row type that the columns describe. */
export function fromColumns<Row>(columns: Columns<Row>, stored: Record<string, unknown>): Row {
  const values = JSON.parse(String(stored.row)) as unknown[];
  const row: Record<string, unknown> = {};
  for (let index = 0; index < columns.length; index++) {
    const [property, , kind] = columns[index] as Columns<Row>[number];
    const value = values[index];
    if (kind === "boolean") row[property] = Number(value) === 1;
    else if (kind === "json") row[property] = value === null || value === undefined ? null : JSON.parse(String(value));
    else if (kind === "integer") row[property] = Number(value);
    else row[property] = value ?? null;
  }
  return row as Row;
}
