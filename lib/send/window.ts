import { ALONE_AT_ONCE } from "../amqp/broker.js";
import { configError } from "../settings.js";

/** How many documents of a business may be on their way to the broker at once; 0 = as many as the window has. */
export interface BusinessLimits {
  usual: number;
  /** By folder code in lower case. */
  own: ReadonlyMap<string, number>;
}

const NO_LIMITS: BusinessLimits = { usual: 0, own: new Map() };

/** Bytes that may be on their way at once; one document that is larger than that goes by itself. */
const MOST_BYTES = 32 * 1024 * 1024;

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

/** What a document takes of the window while it is on its way. */
export interface Share {
  /** Folder code, in any case. */
  business: string;
  /** Of its body. */
  bytes: number;
  /** It goes on a channel of its own, of which there are few. */
  alone: boolean;
}

interface Queued {
  share: Share;
  enter(): void;
  left: boolean;
}

/**
 * Who may be on the way to the broker: so many documents and bytes at once, of each business no more than its limit, and few
 * that go alone. First come, first served within a business; the businesses take turns, so that none waits behind a long
 * line of another, and no document waits behind those that go alone.
 */
export class SendWindow {
  /** Lines in the order in which they are served next. */
  private readonly lines = new Map<string, Queued[]>();
  /** Documents on their way, by business. */
  private readonly out = new Map<string, number>();
  private documents = 0;
  private bytes = 0;
  private alone = 0;
  /** Who waits for nothing but its share of the bytes; nobody enters before it. */
  private largest: Queued | undefined;

  constructor(
    private readonly most: number,
    private readonly limits: BusinessLimits = NO_LIMITS,
    private readonly mostBytes = MOST_BYTES,
  ) {}

  /** Documents that are on their way now. */
  get busy(): number {
    return this.documents;
  }

  /** Takes its share if that is free now and nobody waits for it; to be given back by `release`. */
  tryAcquire(share: Share): boolean {
    const line = this.lines.get(lineOf(share));
    while (line?.[0]?.left) line.shift();
    if (this.largest?.left === false || (line && line.length > 0)) return false;
    if (!this.hasPlace(share) || !this.hasRoom(share)) return false;
    this.take(share);
    return true;
  }

  /** Calls `enter` when the share is this document's. Returns what leaves the line before that. */
  wait(share: Share, enter: () => void): () => void {
    const key = lineOf(share);
    const waiter: Queued = { share, enter, left: false };
    const line = this.lines.get(key);
    if (line) line.push(waiter);
    else this.lines.set(key, [waiter]);
    return () => {
      waiter.left = true;
    };
  }

  release({ business, bytes, alone }: Share): void {
    const key = business.toLowerCase();
    const left = (this.out.get(key) ?? 0) - 1;
    if (left > 0) this.out.set(key, left);
    else this.out.delete(key);
    this.documents--;
    this.bytes -= bytes;
    if (alone) this.alone--;
    while (this.letOneIn());
  }

  private letOneIn(): boolean {
    if (this.largest?.left) this.largest = undefined;
    for (const [key, line] of [...this.lines]) {
      while (line[0]?.left) line.shift();
      const first = line[0];
      if (!first) this.lines.delete(key);
      if (!first || (this.largest && this.largest !== first) || !this.hasPlace(first.share)) continue;
      if (!this.hasRoom(first.share)) {
        // Small ones that kept coming would keep it out for ever.
        this.largest = first;
        return false;
      }
      this.largest = undefined;
      line.shift();
      // The line that was served goes to the end: the others come first next time.
      this.lines.delete(key);
      if (line.length > 0) this.lines.set(key, line);
      this.take(first.share);
      first.enter();
      return true;
    }
    return false;
  }

  private take({ business, bytes, alone }: Share): void {
    const key = business.toLowerCase();
    this.out.set(key, (this.out.get(key) ?? 0) + 1);
    this.documents++;
    this.bytes += bytes;
    if (alone) this.alone++;
  }

  private hasPlace({ business, alone }: Share): boolean {
    const key = business.toLowerCase();
    const limit = this.limits.own.get(key) ?? this.limits.usual;
    if (this.documents >= this.most || (alone && this.alone >= ALONE_AT_ONCE)) return false;
    return limit === 0 || (this.out.get(key) ?? 0) < limit;
  }

  private hasRoom({ bytes }: Share): boolean {
    return this.documents === 0 || this.bytes + bytes <= this.mostBytes;
  }
}

function lineOf({ business, alone }: Share): string {
  return `${business.toLowerCase()}${alone ? " alone" : ""}`;
}
