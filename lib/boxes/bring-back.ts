import { join } from "node:path";
import { crashPoint } from "../crash-point.js";
import { claimedName } from "../files/names.js";
import type { DocumentRow } from "../ledger/index.js";
import type { BoxContext } from "./context.js";
import { assertStillOurs } from "./ours.js";

/** Is it sent once more, and its file still in the archive that it was in? */
export function isToBringBack({ state, settled, box }: DocumentRow): boolean {
  return state === "claimed" && !settled && (box === "SentBox" || box === "FailBox");
}

/**
 * Copies the file of a document that is sent once more out of its archive to TempBox, where the copy in the archive stays. The row that
 * says so was committed before; a stop in between is made good by the same call again: same name, same bytes. Rejects with what the file
 * system says.
 */
export async function bringBack(context: BoxContext, row: DocumentRow): Promise<DocumentRow> {
  if (!isToBringBack(row) || row.box === "none") return row;
  const folder = context.folders.of(row.business);
  const boxName = claimedName(row.id, row.fileName);
  crashPoint("resend.after-row");
  const target = join(folder.box("TempBox"), boxName);
  // Copying takes its time, and another instance may have the document by then, and its file there be on its way again.
  await context.files.copy(join(folder.box(row.box), row.boxName), target, () => assertStillOurs(context, row));
  crashPoint("resend.after-copy");
  return context.ledger.update(row.id, { box: "TempBox", boxName });
}
