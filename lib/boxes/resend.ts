import { join } from "node:path";
import type { DocumentRow } from "../ledger/index.js";
import type { BoxContext } from "./context.js";

/** A document that has ended before and is claimed again, by a person's resend: its file lies in the archive as well. */
export function isResent(row: DocumentRow): boolean {
  return row.state === "claimed" && (row.sentAt > 0 || row.failedAt > 0);
}

/**
 * Copies an archived file to where the row of its resend, committed before, says that it is. Whole when it can be seen there;
 * to be done again when it was interrupted.
 */
export function copyForResend(context: BoxContext, row: DocumentRow, archived: string): void {
  const { disk } = context.files;
  const target = join(context.folders.of(row.business).box("TempBox"), row.boxName);
  disk.copy(archived, `${target}.tmp`);
  disk.rename(`${target}.tmp`, target);
}
