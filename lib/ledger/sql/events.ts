import type { EventRow } from "../types.js";
import { PLACE } from "./store.js";
import { all, type Value, type Work } from "./work.js";

const EVENT = 'id, document_id AS "documentId", at, event, code, text, text_en AS "textEn"';

/** Events that a condition finds. */
export function* eventsWhere(condition: string, ...values: Value[]): Work<EventRow[]> {
  return (yield all(`SELECT ${EVENT} FROM events ${condition}`, ...values)) as unknown as EventRow[];
}

/** Id of the last event before a time, in milliseconds since the epoch; 0 where there is none. */
export function* lastEventBefore(at: number): Work<number> {
  // Ids and times rise together, and times have no index: halving finds the place with some twenty looks.
  let before = 0;
  let after = Number((yield all(PLACE))[0]?.id) + 1;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    const [row] = (yield* eventsWhere("WHERE id >= ? ORDER BY id LIMIT 1", middle)) as [EventRow];
    if (row.at < at) before = row.id;
    else after = middle;
  }
  return before;
}

/** The last of certain events of a document. */
export function* lastEventOf(documentId: string, events: readonly string[]): Work<EventRow | undefined> {
  const where = `WHERE document_id = ? AND event IN (${events.map(() => "?").join(", ")}) ORDER BY id DESC LIMIT 1`;
  return (yield* eventsWhere(where, documentId, ...events))[0];
}

/** Was it said since an event that this receipt is overdue? */
export function* wasOverdueSince({ documentId, id }: EventRow, missing: string): Work<boolean> {
  const where = "WHERE document_id = ? AND id > ? AND event = 'overdue' AND text = ? LIMIT 1";
  return (yield* eventsWhere(where, documentId, id, missing)).length > 0;
}
