import type { AdviceBook } from "../advice/index.js";
import type { ClientSettings } from "../client/settings.js";
import type { DocumentHandle } from "../document.js";
import type { DocumentRow, Ledger } from "../ledger/index.js";
import type { Folders } from "./folders.js";

/** What the steps of a claim need: who we are, the folders, the ledger. */
export interface BoxContext {
  settings: ClientSettings;
  folders: Folders;
  ledger: Ledger;
  /** What codes mean, with the user's own changes. */
  advice: AdviceBook;
}

/** The message's handle on a document's row. */
export function handleOf(row: DocumentRow): DocumentHandle {
  return {
    id: row.id,
    environment: row.environment,
    clientId: row.clientId,
    business: row.business,
    fileName: row.fileName,
    size: row.size,
    sha256: row.sha256,
    messageType: row.messageType,
    clientKey: row.clientKey,
    attempt: row.attempt,
    possibleDuplicate: row.possibleDuplicate,
    claimedAt: row.claimedAt,
  };
}
