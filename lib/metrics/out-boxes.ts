import { join } from "node:path";
import type { BoxContext } from "../boxes/context.js";
import { isUnfinishedName } from "../files/names.js";
import type { OutBoxSnapshot } from "./snapshot.js";

/** Files of one OutBox whose age is looked at: a look costs a call of the system. */
const AGES = 2_000;

/** What waits in the OutBoxes, read a few hundred names at a time. A folder that cannot be read has none. */
export async function outBoxesOf({
  folders,
  files,
  clock,
}: Pick<BoxContext, "folders" | "files" | "clock">): Promise<OutBoxSnapshot[]> {
  const found: OutBoxSnapshot[] = [];
  for (const folder of folders.withOutBox()) {
    const path = folder.existing("OutBox");
    if (path === undefined) continue;
    let count = 0;
    let oldest = Number.POSITIVE_INFINITY;
    try {
      for await (const { name, kind } of files.disk.walk(path)) {
        if (kind !== "file" || isUnfinishedName(name)) continue;
        if (count++ < AGES) oldest = Math.min(oldest, files.disk.facts(join(path, name))?.modified ?? oldest);
      }
    } catch {
      // It may be away, or be removed while it is read; what was counted of it still holds.
    }
    const age = Number.isFinite(oldest) ? Math.max(0, (clock.now() - oldest) / 1000) : 0;
    found.push({ business: folder.code, files: count, oldest: age });
  }
  return found;
}
