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
  if (!isSameOwner(theirs, ours)) throw anothers(theirs, ours, what, OF_A_DOCUMENT);
}

/**
 * Throws SW-OWNER for a root or a ledger that belongs to another client or environment, or to this client in another spelling: what is
 * named after the ID, its queues above all, has the spelling of whoever began, and another one leads nowhere.
 */
export function assertBound(theirs: Owner, ours: Owner, what: Bilingual): void {
  if (theirs.environment !== ours.environment || theirs.clientId !== ours.clientId) throw anothers(theirs, ours, what);
}

const OF_A_DOCUMENT: Bilingual = {
  zh: "另一客户端或环境的单据不会由本客户端发送：请以“已发送”或“失败”结束它，需要时重新导出。",
  en: "What was another client's or environment's is never sent by this one: release it as sent or as failed, and export it again where it is needed.",
};

function anothers(theirs: Owner, ours: Owner, what: Bilingual, advice = ofPlace(theirs)): ImportClientError {
  const [bound, set] = [ownerText(theirs), ownerText(ours)];
  const text = {
    zh: `${what.zh}属于 ${bound}，当前设置为 ${set}`,
    en: `${what.en} belongs to ${bound}, and ${set} is set`,
  };
  const details = { reason: "owner", from: bound, to: set };
  if (!isSameOwner(theirs, ours)) return new ImportClientError("SW-OWNER", text, { advice, details });
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

/** What to do about a root or a ledger of another one. */
function ofPlace(theirs: Owner): Bilingual {
  const bound = ownerText(theirs);
  return {
    zh: `请核对环境（SW_ENVIRONMENT）、客户端 ID（SW_CLIENT_ID）、根目录（SW_ROOT）和台账（SW_LEDGER）：每个环境的每个客户端 ID 各有自己的根目录和台账，这里的属于 ${bound}。确实要改变归属时，请停止使用它的所有实例，再在侧栏中确认。`,
    en: `Check environment (SW_ENVIRONMENT), client ID (SW_CLIENT_ID), root (SW_ROOT) and ledger (SW_LEDGER): each client ID of each environment has a root and a ledger of its own, and these are of ${bound}. Where they shall be another's from now on, stop every instance that uses them and confirm that in the sidebar.`,
  };
}
