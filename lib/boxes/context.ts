import type { AdviceBook } from "../advice/index.js";
import type { Inspections } from "../business/inspections.js";
import type { Clock } from "../clock.js";
import type { DocumentHandle, Environment } from "../document.js";
import type { Files } from "../files/files.js";
import type { Folders } from "../files/folders.js";
import type { NameForm } from "../files/names.js";
import type { Ids } from "../ids.js";
import type { DocumentRow, Ledger, ReceiptRow } from "../ledger/index.js";
import type { RefusalForm } from "../receipts/refusals/index.js";

/** How what other programs read is named and written. */
export interface NamesSettings {
  /** Names of receipts, and stamps of sent and failed files: ours, or as the official client's (field 4). */
  receiptNames: NameForm;
  /** SentBox and FailBox have a sub-folder for each day, `yyyy-MM-dd`. */
  datedFolders: boolean;
  /** What a document is answered with that we refuse ourselves. */
  localReceipts: RefusalForm;
}

/** Of the client's settings, what the steps of a claim look at. */
export interface BoxSettings extends NamesSettings {
  environment: Environment;
  clientId: string;
  root: string;
  retentionDays: number;
  /** Seconds after which a claim whose file is nowhere fails; until then it may come back with a folder that was away. */
  missingAfter: number;
  /** Beside each receipt's official file one JSON with what it says (`Successed_….json`). */
  receiptJson: boolean;
}

/** What the steps of a claim need: who we are, the folders, the ledger, and the world outside as ports. */
export interface BoxContext {
  readonly settings: BoxSettings;
  readonly folders: Folders;
  readonly files: Files;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly ledger: Ledger;
  /** What each document on its way is, read once. */
  readonly inspections: Inspections;
  /**
   * Throws while this process may not work on the root: another one has it, or root or ledger cannot be used. Cheap. Where
   * several instances share the root, one of them leads: it does what only one may do. `assertTaken` throws where somebody else may have the
   * root by now, and not while it is being taken.
   */
  readonly lease: { assertHeld(): void; assertTaken?(): void; readonly shared?: boolean; readonly leads?: boolean };
  /** What lay in OutBox before this time of the root's disk may have gone out from where the root was copied (`doubt.ts`); none by default. */
  readonly doubtedBefore?: number;
  /** What codes mean, with the user's own changes. */
  readonly advice: AdviceBook;
  /** Tells that a receipt lies safely in its InBox. */
  receiptFiled(receipt: ReceiptRow): void;
  /** Tells that the document of a receipt that waited for it is found. */
  receiptMatched(receipt: ReceiptRow): void;
  /** Tells people something that stops nothing. */
  notice(code: string, zh: string, en: string): void;
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
