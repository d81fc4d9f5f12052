import { rmSync } from "node:fs";
import { join } from "node:path";
import type { BoxContext } from "../boxes/context.js";
import type { DocumentState } from "../ledger/index.js";

const DAY = 24 * 60 * 60 * 1000;
const ENDED: readonly DocumentState[] = ["accepted", "rejected", "failed"];

/**
 * Removes the files of documents that ended longer ago than the retention. Rows stay: they are the register against
 * sending twice. A document that is not settled, or still waits for its import receipt, is never touched.
 */
export async function applyRetention(context: BoxContext, now: number = Date.now()): Promise<number> {
  const { ledger, folders, settings } = context;
  const before = now - settings.retentionDays * DAY;
  let removed = 0;
  for (const row of await ledger.keptFiles(ENDED, before, 500)) {
    if (row.box !== "SentBox" && row.box !== "FailBox") continue;
    rmSync(join(folders.of(row.business).box(row.box), row.boxName), { force: true });
    await ledger.update(row.id, { box: "none" }, { event: "removed", text: `${row.box}/${row.boxName}` });
    removed++;
  }
  return removed;
}
