import { configError } from "../settings.js";

/** How many documents of a business may be on their way to the broker at once; 0 = as many as the window has. */
export interface BusinessLimits {
  usual: number;
  /** By folder code in lower case. */
  own: ReadonlyMap<string, number>;
}

const NO_LIMITS: BusinessLimits = { usual: 0, own: new Map() };

/**
 * Reads `4`, `DecCus001=1, Sas=4` or `2, DecCus001=1` (the official client's MaxDegreeOfParallelism, domain 2): a number
 * for every business, others by folder code. Empty = no limit. Throws SW-CONFIG.
 */
export function readBusinessLimits(setting: string, text: string): BusinessLimits {
  let usual = 0;
  const own = new Map<string, number>();
  for (const part of text.split(/[\s,，;；]+/).filter(Boolean)) {
    const match = /^(?:([^=\s]+)=)?(\d{1,5})$/.exec(part);
    if (!match) {
      throw configError(
        setting,
        `${setting}：${part} 应为数字或“业务代码=数字”`,
        `${setting}: ${part} is neither a number nor <folder>=<number>`,
      );
    }
    const [, business, number] = match;
    if (business === undefined) usual = Number(number);
    else own.set(business.toLowerCase(), Number(number));
  }
  return { usual, own };
}

interface Waiting {
  go(): void;
  gone: boolean;
}

interface Lane {
  limit: number;
  under: number;
  /** In the order in which they came; those that left before their turn are skipped. */
  line: Waiting[];
}

/**
 * Who may be on the way to the broker: at most `window` documents at once, of each business no more than its limit. First
 * come, first served within a business; the businesses take turns, so that none waits behind a long line of another.
 */
export class Lanes {
  private readonly lanes = new Map<string, Lane>();
  private under = 0;

  constructor(
    private readonly window: number,
    private readonly limits: BusinessLimits = NO_LIMITS,
  ) {}

  /** Documents that have their turn now. */
  get busy(): number {
    return this.under;
  }

  /** Takes a turn if one is free now. */
  tryEnter(business: string): boolean {
    const lane = this.laneOf(business);
    while (lane.line[0]?.gone) lane.line.shift();
    if (lane.line.length > 0 || !this.isFree(lane)) return false;
    this.under++;
    lane.under++;
    return true;
  }

  /** Calls `go` when it is this document's turn. Returns what leaves the line before that. */
  wait(business: string, go: () => void): () => void {
    const lane = this.laneOf(business);
    const waiting: Waiting = { go, gone: false };
    lane.line.push(waiting);
    return () => {
      waiting.gone = true;
    };
  }

  /** Gives a turn back. */
  leave(business: string): void {
    this.under--;
    this.laneOf(business).under--;
    this.next();
  }

  private next(): void {
    // The lane that was served goes to the end of the map's order: the others come first next time.
    for (const [key, lane] of [...this.lanes]) {
      while (lane.line[0]?.gone) lane.line.shift();
      const first = lane.line[0];
      if (!first) {
        if (lane.under === 0) this.lanes.delete(key);
        continue;
      }
      if (!this.isFree(lane)) continue;
      lane.line.shift();
      this.under++;
      lane.under++;
      this.lanes.delete(key);
      this.lanes.set(key, lane);
      first.go();
      return; // One turn was given back, one is given.
    }
  }

  private isFree(lane: Lane): boolean {
    return this.under < this.window && (lane.limit === 0 || lane.under < lane.limit);
  }

  private laneOf(business: string): Lane {
    const key = business.toLowerCase();
    let lane = this.lanes.get(key);
    if (!lane) {
      lane = { limit: this.limits.own.get(key) ?? this.limits.usual, under: 0, line: [] };
      this.lanes.set(key, lane);
    }
    return lane;
  }
}
