import { join } from "node:path";
import type { BoxName } from "../files/folders.js";
import type { DocumentRow, DocumentState } from "../ledger/index.js";
import { Turn } from "../turn.js";
import type { ImportClient } from "./import-client.js";

const SLICE = 500;
/** Of so many the ids are remembered between two checks; the others are found the next time. */
const MOST = 20_000;
const ARCHIVED: readonly DocumentState[] = ["sent", "accepted", "rejected", "failed"];

/**
 * Finds documents whose archived file somebody has taken away: the row then says that it has none, and it is reported once, in one text
 * a box. A file counts as gone when two checks have missed it, and never while its box or the whole root is away.
 */
export class MissingFiles {
  private suspected = new Set<string>();

  constructor(private readonly client: ImportClient) {}

  async check(): Promise<void> {
    const { ledger, clock, lease } = this.client;
    const turn = new Turn(clock);
    const missed = new Set<string>();
    const gone = new Map<string, number>();
    for (const state of ARCHIVED) {
      let place: Pick<DocumentRow, "updatedAt" | "id"> = { updatedAt: 0, id: "" };
      for (let more = true; more && missed.size < MOST; ) {
        const rows = await ledger.keptAfter(state, place, SLICE);
        more = rows.length === SLICE;
        place = rows.at(-1) ?? place;
        for (const row of rows) {
          await turn.over();
          if (lease.fault) return;
          if (!this.isMissing(row)) continue;
          missed.add(row.id);
          if (!this.suspected.has(row.id)) continue;
          await ledger.update(row.id, { box: "none" }, { event: "file-missing", text: `${row.box}/${row.boxName}` });
          const box = `${row.business}/${row.box}`;
          gone.set(box, (gone.get(box) ?? 0) + 1);
        }
      }
    }
    this.suspected = missed;
    for (const [box, count] of gone) this.report(box, count);
  }

  private isMissing({ business, box, boxName }: DocumentRow): boolean {
    if (box === "none") return false;
    try {
      const folder = this.client.folders.of(business).existing(box as BoxName);
      return folder !== undefined && !this.client.files.disk.exists(join(folder, boxName));
    } catch {
      // What cannot be looked at is not known to be gone.
      return false;
    }
  }

  private report(box: string, count: number): void {
    const text = {
      zh: `${box} 中有 ${count} 个单据的文件已被移走或删除；记录仍在，这些单据不能再重发，也不能放入支持包`,
      en: `the files of ${count} documents were taken out of ${box}; their records stay, they cannot be resent or put into a support bundle`,
    };
    this.client.reports.report("file-missing", { code: "SW-FOLDER", text });
  }
}
