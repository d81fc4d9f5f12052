import { join } from "node:path";
import type { BoxContext } from "../boxes/context.js";
import { Places } from "../boxes/places.js";
import { isHalfReceipt } from "../files/names.js";

/**
 * Removes what a stop has left half written in the InBoxes. Asked for at the start, while nothing is written yet: whatever it was to become
 * is written again, from the broker's delivery, which was not acknowledged, or from the row of a document that failed.
 */
export async function removeHalfWritten(
  context: Pick<BoxContext, "folders" | "files" | "notice" | "lease">,
): Promise<void> {
  const { folders, files, lease } = context;
  const places = new Places(context);
  for (const folder of folders.withAnyBox()) {
    if (folder.isAway()) continue;
    const inBox = folder.existing("InBox");
    if (inBox === undefined) continue;
    await places.at(`${folder.code}/InBox`, async () => {
      for await (const { name, kind } of files.disk.walk(inBox)) {
        if (kind !== "file" || !isHalfReceipt(name)) continue;
        // Frozen since it took the root, others may write by now.
        lease.assertTaken?.();
        files.disk.remove(join(inBox, name));
      }
    });
  }
}
