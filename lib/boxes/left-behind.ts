import { dirname, join } from "node:path";
import type { BusinessFolder } from "../files/folders.js";
import { claimedName } from "../files/names.js";
import type { DocumentRow } from "../ledger/index.js";
import { isFile } from "./archive.js";
import type { BoxContext } from "./context.js";

/**
 * Ends what a stop or a power cut has left of a document beside its boxes: a ZIP where it was gathered, a file on its way to another volume.
 * A row that was committed stays, whereas the renames and links of a file are not synced one by one: a power cut takes the last of them back,
 * and what lies here may be all that is left of a document that was sent and archived since. So it is removed only when the file is where its
 * row says, or was before that, and when that is durable: the process that put it there may have ended before it was. Else it goes to TempBox,
 * from where `Reconciler` brings it to where its row says. `left`: the path of what is left, with the bytes of the row. Rejects with what the
 * file system says.
 */
export async function endLeftBehind(
  context: Pick<BoxContext, "files" | "clock">,
  folder: BusinessFolder,
  row: DocumentRow,
  left: string,
): Promise<void> {
  const { disk } = context.files;
  const claimed = join(folder.box("TempBox"), claimedName(row.id, row.fileName));
  let there = await fileOf(context, folder, row, claimed);
  // Its last reader may have taken it on since.
  if (!disk.exists(left)) return;
  if (there === undefined) {
    await context.files.move(left, claimed);
    there = claimed;
  }
  await disk.syncFolder(dirname(there));
  disk.remove(left);
}

/** Where a document's file is, known by its bytes: where its row says, or in TempBox on its way there; undefined where it is in neither. */
async function fileOf(
  context: Pick<BoxContext, "files" | "clock">,
  folder: BusinessFolder,
  { box, boxName, sha256 }: DocumentRow,
  claimed: string,
): Promise<string | undefined> {
  const own = box === "none" ? claimed : join(folder.box(box), boxName);
  for (const path of new Set([own, claimed])) if (await isFile(context, path, sha256)) return path;
  return undefined;
}
