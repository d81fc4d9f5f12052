import { CODES } from "../codes.js";
import type { Fault } from "../errors.js";
import type { DocumentRow } from "../ledger/index.js";
import { NO_WORDS, wordsOf } from "../ledger/rules/words.js";
import type { BoxContext } from "./context.js";

export const FILE_MISSING: Fault = {
  code: "SW-FILE-MISSING",
  text: CODES["SW-FILE-MISSING"].meaning,
  advice: CODES["SW-FILE-MISSING"].action,
};

/** Its file is missed and waited for; it is back. */
const MISSED = "file-missed";
const BACK = "file-back";
/** Events that say since when: a flow that found no file has it tried again for that. */
const SINCE = [MISSED, BACK, "retry"];

/** So many milliseconds every process looks itself before it calls a file lost: after a start a share may not be there yet. */
const OWN_LOOK = 60_000;

interface Missed {
  /** By the monotonic clock of this process. */
  since: number;
  /** Milliseconds that others, or this process before it started anew, have waited; undefined until it is told. */
  before: number | undefined;
}

/**
 * Claims whose file is nowhere, and how long that has been so. The row and an event say it, from the first moment: whoever goes on after a
 * restart or a takeover goes on waiting, and does not begin anew.
 */
export class AwaitedFiles {
  private readonly missed = new Map<string, Missed>();

  constructor(private readonly context: BoxContext) {}

  /** Milliseconds since this process has missed the file; the first call begins that time. */
  lookedFor(id: string): number {
    const now = this.context.clock.monotonic();
    const missed = this.missed.get(id) ?? { since: now, before: undefined };
    this.missed.set(id, missed);
    return now - missed.since;
  }

  /** Says on the document, once, that its file is missing. Resolves to whether it has been waited for as long as the settings say. */
  async waitsNoMore(row: DocumentRow): Promise<boolean> {
    const looked = this.lookedFor(row.id);
    const missed = this.missed.get(row.id) as Missed;
    missed.before ??= Math.max(0, this.context.clock.now() - (await this.missedAt(row)) - looked);
    const limit = this.context.settings.missingAfter * 1000;
    return missed.before + looked >= limit && looked >= Math.min(limit, OWN_LOOK);
  }

  /** When it was missed first, as its events have it; what they do not say yet is said now. */
  private async missedAt(row: DocumentRow): Promise<number> {
    const { ledger, clock, settings } = this.context;
    if (row.code === FILE_MISSING.code) {
      const last = await ledger.lastEventOf(row.id, SINCE);
      if (last && last.event !== BACK && last.code === FILE_MISSING.code) return last.at;
    }
    const { zh, en } = FILE_MISSING.text;
    const minutes = Math.ceil(settings.missingAfter / 60);
    const words = wordsOf({
      code: FILE_MISSING.code,
      text: {
        zh: `${zh}；放回原处即自动继续，${minutes} 分钟内没有放回则结为失败`,
        en: `${en}; it goes on by itself when that is put back, and fails when it is not within ${minutes} minutes`,
      },
    });
    await ledger.update(row.id, words, { event: MISSED, ...words });
    return clock.now();
  }

  /** Its file is there; where it was said to be missing, the document says that it is back. */
  async found(row: DocumentRow): Promise<void> {
    this.missed.delete(row.id);
    if (row.code !== FILE_MISSING.code || row.retryAt > 0) return;
    await this.context.ledger.update(row.id, NO_WORDS, { event: BACK });
  }

  /** Documents whose file this process misses. */
  ids(): Set<string> {
    return new Set(this.missed.keys());
  }

  /** Nobody waits for it any more. */
  forget(id: string): void {
    this.missed.delete(id);
  }
}
