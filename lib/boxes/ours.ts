import { notOurs } from "../ledger/instances.js";
import type { DocumentRow } from "../ledger/types.js";
import type { BoxContext } from "./context.js";

/**
 * To be called right before an effect on files or at the broker that follows from `row`, with nothing to wait for between them. Throws while
 * this process may not work, and SW-FENCED where the document is another instance's: who was frozen may have been taken over and have joined anew.
 */
export function assertOurs(context: Pick<BoxContext, "lease" | "ledger">, row: DocumentRow): void {
  context.lease.assertHeld();
  assertStillOurs(context, row);
}

/** The same for who brings rows and files together, which is a part of taking the root, and comes before the work. */
export function assertStillOurs({ lease, ledger }: Pick<BoxContext, "lease" | "ledger">, row: DocumentRow): void {
  lease.assertTaken?.();
  if (!row.settled && !ledger.owns(row)) throw notOurs(row.fileName);
}
