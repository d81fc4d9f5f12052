import type { Environment } from "../../document.js";
import { type Bilingual, ImportClientError } from "../../errors.js";

/** Whose a root, a ledger or a document is: one company's client, in one environment (design, "Identity"). */
export interface Owner {
  environment: Environment;
  clientId: string;
}

/** Whose a document is: without regard to case, for one that was claimed under another spelling of the same ID is nobody else's. */
export function isSameOwner(one: Owner, other: Owner): boolean {
  return one.environment === other.environment && one.clientId.toLowerCase() === other.clientId.toLowerCase();
}

/** `test, DEMO0001`, for people. */
export function ownerText({ environment, clientId }: Owner): string {
  return `${environment}, ${clientId}`;
}

/** Throws SW-OWNER for a document that belongs to another client or environment; `what` names it. */
export function assertOwner(theirs: Owner, ours: Owner, what: Bilingual): void {
  if (!isSameOwner(theirs, ours)) throw anothers(theirs, ours, what);
}

/**
 * Throws SW-OWNER for a root or a ledger that belongs to another client or environment, or to this client in another spelling: what is
 * named after the ID, its queues above all, has the spelling of whoever began, and another one leads nowhere.
 */
export function assertBound(theirs: Owner, ours: Owner, what: Bilingual): void {
  if (theirs.environment !== ours.environment || theirs.clientId !== ours.clientId) throw anothers(theirs, ours, what);
}

function anothers(theirs: Owner, ours: Owner, what: Bilingual): ImportClientError {
  const [bound, set] = [ownerText(theirs), ownerText(ours)];
  const text = {
    zh: `${what.zh}属于 ${bound}，当前设置为 ${set}`,
    en: `${what.en} belongs to ${bound}, and ${set} is set`,
  };
  const details = { reason: "owner", from: bound, to: set };
  if (!isSameOwner(theirs, ours)) return new ImportClientError("SW-OWNER", text, { details });
  return new ImportClientError(
    "SW-OWNER",
    {
      zh: `${text.zh}：客户端 ID 的大小写不同`,
      en: `${text.en}: the client IDs differ in upper and lower case`,
    },
    {
      advice: {
        zh: `请把客户端 ID（或 SW_CLIENT_ID）设为 ${theirs.clientId}；若最初的写法有误，请停止使用该根目录的所有实例，再在侧栏中确认归属。`,
        en: `Set the client ID (or SW_CLIENT_ID) to ${theirs.clientId}; where that was wrong from the beginning, stop every instance on this root and confirm in the sidebar whose it is.`,
      },
      details,
    },
  );
}
