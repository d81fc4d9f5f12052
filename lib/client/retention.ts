import { join } from "node:path";
import { dayFolderOf } from "../boxes/archive.js";
import type { BoxContext } from "../boxes/context.js";
import { Places } from "../boxes/places.js";
import { crashPoint } from "../crash-point.js";
import type { Spool } from "../files/spool.js";
import type { DocumentRow, DocumentState } from "../ledger/index.js";
import { Turn } from "../turn.js";

const DAY = 24 * 60 * 60 * 1000;
const BATCH = 500;
const ENDED: readonly DocumentState[] = ["accepted", "rejected", "failed"];

/**
 * Removes the files of documents that ended longer ago than the retention, seen from a time that is trusted (`trusted-time.ts`). Rows
 * stay: they are the register against sending twice. A document that is not settled, or still waits for its import receipt, is never
 * touched.
 */
export async function applyRetention(context: BoxContext & { readonly spool: Spool }, now: number): Promise<number> {
  const { ledger, folders, files, clock, settings, spool } = context;
  const before = now - settings.retentionDays * DAY;
  const turn = new Turn(clock);
  const places = new Places(context);
  let removed = 0;
  const days = new Set<string>();
  for (let more = true; more; ) {
    const rows = await ledger.keptFiles(ENDED, before, BATCH);
    // What lies on a share that is away waits.
    const kept = rows.filter(
      ({ box, business }) => (box === "SentBox" || box === "FailBox") && !folders.of(business).isAway(),
    );
    let done = 0;
    const remove = async (row: DocumentRow) => {
      const folder = folders.of(row.business);
      files.disk.remove(join(folder.box(row.box as "SentBox" | "FailBox"), row.boxName));
      spool.removeKept(row.id, row.attempt);
      const day = dayFolderOf(folder, row);
      if (day !== undefined) days.add(day);
      crashPoint("retention.after-remove");
      await ledger.update(row.id, { box: "none" }, { event: "removed", text: `${row.box}/${row.boxName}` });
    };
    for (const row of kept) {
      // One that cannot be removed is tried again the next time.
      if (await places.at(`${row.business}/${row.box}/${row.boxName}`, () => remove(row))) done++;
      await turn.over();
    }
    removed += done;
    more = rows.length === BATCH && done > 0;
  }
  for (const day of days) {
    await places.at(day, async () => {
      if (files.disk.isFolder(day) && files.disk.list(day).length === 0) files.disk.removeFolder(day);
    });
  }
  return removed;
}
