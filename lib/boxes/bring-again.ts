import { join } from "node:path";
import { codeOf } from "../errors.js";
import type { BusinessFolder } from "../files/folders.js";
import type { DocumentRow } from "../ledger/index.js";
import { bringAcross } from "./across.js";
import { hashOf } from "./content.js";
import type { BoxContext } from "./context.js";
import { assertStillOurs } from "./ours.js";
import { namesInOutBox } from "./second-name.js";

/**
 * Brings the file of a document that its row says is in TempBox and that lies in OutBox: a stop came between the row and the rename, or a power
 * cut took that back, whatever has become of the document since. The very same file is brought, known by its bytes; where none is there nothing
 * is done. Rejects with what the file system says, and with SW-FENCED for another instance's.
 */
export async function bringAgain(context: BoxContext, row: DocumentRow, folder: BusinessFolder): Promise<void> {
  const { files, clock } = context;
  for (const name of namesInOutBox(row)) {
    const source = join(folder.box("OutBox"), name);
    if (files.disk.facts(source)?.size !== row.size) continue;
    if ((await hashOf(files.disk, source, clock)) !== row.sha256) continue;
    assertStillOurs(context, row);
    try {
      files.disk.rename(source, join(folder.box("TempBox"), row.boxName));
    } catch (error) {
      // It was brought meanwhile, or is by this very call: who looks next sees which.
      if (codeOf(error) === "ENOENT") return;
      if (codeOf(error) !== "EXDEV") throw error;
      await bringAcross(context, folder, name, row.boxName, undefined, () => assertStillOurs(context, row));
    }
    return;
  }
}
