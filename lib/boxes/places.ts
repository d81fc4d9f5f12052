import { codeOf, type Fault } from "../errors.js";
import { faultOf, noticeOf } from "../fault.js";
import type { BoxContext } from "./context.js";

/** What concerns the work as a whole, wherever it is met. */
export const EVERYWHERE = new Set(["SW-LEDGER", "SW-FENCED", "SW-STOPPED"]);
/** Places that are remembered as told. */
const MOST = 1000;

/**
 * Work on one place after the other, of which one may fail: a folder that cannot be read, a file that somebody holds. It is told once,
 * until it is well again, and the others are done all the same.
 */
export class Places {
  private readonly told = new Map<string, string>();
  /** What failed in this round, by its code: the first place of each. */
  private readonly met = new Map<string, Fault>();

  constructor(private readonly context: Pick<BoxContext, "notice">) {}

  /** A round begins: what the one before has met is over, or is met again. */
  begin(): void {
    this.met.clear();
  }

  /** What has failed since then, each code once, with the first place that met it. */
  get faults(): readonly Fault[] {
    return [...this.met.values()];
  }

  /** False when the work failed. Rejects with what concerns all places, the ledger's fault above all, and what has no code. */
  async at(place: string, work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      this.told.delete(place);
      return true;
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined || EVERYWHERE.has(code)) throw error;
      this.tell(place, error);
      this.meet(place, error);
      return false;
    }
  }

  private meet(place: string, error: unknown): void {
    const { code, text, advice } = faultOf(error);
    if (this.met.has(code)) return;
    const at = { zh: `${place}：${text.zh}`, en: `${place}: ${text.en}` };
    this.met.set(code, { code, text: at, ...(advice && { advice }) });
  }

  private tell(place: string, error: unknown): void {
    const [code, zh, en] = noticeOf(error, "SW-BUSY");
    if (this.told.get(place) === code) return;
    if (this.told.size >= MOST) this.told.clear();
    this.told.set(place, code);
    this.context.notice(code, `${place}：${zh}`, `${place}: ${en}`);
  }
}
