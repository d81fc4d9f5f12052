import type { Bilingual } from "../errors.js";
import type { DocumentRow, EventRow } from "../ledger/index.js";

/** Events that change nothing of where a document stands. */
const BESIDE = ["settled", "receipt", "removed", "file-moved", "overdue", "taken-over"];

const ENDED: Bilingual = {
  zh: "单据已由人结束，不再发送。如仍要申报，请用“重发”，或把改正的文件用原文件名和原编号重新放入 OutBox",
  en: "A person has ended it, nothing more is sent. To declare it all the same resend it, or hand a corrected file in again under the same name and number",
};
const ENDED_AFTER_SEND: Bilingual = {
  zh: "单据已由人结束，不再发送；此前可能已经发出。如仍要申报，请先在单一窗口网页查询确认没有这份单据，再用“重发”",
  en: "A person has ended it, nothing more is sent; it may have gone out before. To declare it all the same see on the Single Window's page that it is not there, then resend it",
};

/** What to do about a document that a person has ended; undefined for every other. Its code says what it waited for until then. */
export function adviceOnEnded(row: DocumentRow, events: readonly EventRow[]): Bilingual | undefined {
  if (row.state !== "failed") return undefined;
  // Whatever else failed it has an event of its own.
  const newest = events.findLast(({ event }) => !BESIDE.includes(event));
  if (newest?.event !== "released") return undefined;
  return row.sendingAt > 0 ? ENDED_AFTER_SEND : ENDED;
}
