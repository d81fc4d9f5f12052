import { inTheWayOf } from "../rules/identity.js";
import type { DocumentRow } from "../types.js";
import { type Dialect, isWord } from "./dialect.js";
import type { Rows } from "./rows.js";
import { all, type Value, type Work } from "./work.js";

const ALIVE = "state NOT IN ('failed', 'rejected') AND status_outcome <> 'refused'";

/** The document that a new one repeats, if that one stands in its way (`rules/identity.ts`). */
export function* earlierThan(
  row: DocumentRow,
  sameKey: boolean,
  rows: Rows,
  dialect: Dialect,
): Work<DocumentRow | undefined> {
  const looks: [condition: string, ...values: Value[]][] = [
    ["sha256 = ?", row.sha256],
    ["parts_sha256 = ? AND parts_sha256 <> ''", row.partsSha256],
  ];
  if (sameKey) {
    const { clientKey, business, messageType, operation, packet } = row;
    const key = `client_key = ? AND client_key <> '' AND ${isWord("business", dialect)} AND message_type = ?`;
    looks.push([`${key} AND operation = ? AND packet = ?`, clientKey, business, messageType, operation, packet]);
  }
  // Nearly always there is none: one question for that.
  const any = looks.map(([condition]) => `EXISTS (SELECT 1 FROM documents WHERE ${condition} AND ${ALIVE})`);
  const asked = looks.flatMap(([, ...values]) => values);
  if ((yield all(`SELECT 1 AS found WHERE ${any.join(" OR ")}`, ...asked)).length === 0) return undefined;
  const found: DocumentRow[] = [];
  for (const [condition, ...values] of looks)
    found.push(...(yield* rows.documents(`WHERE ${condition} AND ${ALIVE} ORDER BY id DESC LIMIT 100`, ...values)));
  return inTheWayOf(row, found, sameKey);
}
