import type { Environment } from "../../document.js";
import { type Bilingual, ImportClientError } from "../../errors.js";

/** Whose a root, a ledger or a document is: one company's client, in one environment (design, "Identity"). */
export interface Owner {
  environment: Environment;
  clientId: string;
}

/** Two clients differ without regard to case: queues and accounts are named after them in any case. */
export function isSameOwner(one: Owner, other: Owner): boolean {
  return one.environment === other.environment && one.clientId.toLowerCase() === other.clientId.toLowerCase();
}

/** `test, DEMO0001`, for people. */
export function ownerText({ environment, clientId }: Owner): string {
  return `${environment}, ${clientId}`;
}

/** Throws SW-OWNER for what belongs to another client or environment; `what` names it. */
export function assertOwner(theirs: Owner, ours: Owner, what: Bilingual): void {
  if (isSameOwner(theirs, ours)) return;
  const [bound, set] = [ownerText(theirs), ownerText(ours)];
  throw new ImportClientError(
    "SW-OWNER",
    {
      zh: `${what.zh}属于 ${bound}，当前设置为 ${set}`,
      en: `${what.en} belongs to ${bound}, and ${set} is set`,
    },
    { details: { reason: "owner", from: bound, to: set } },
  );
}
