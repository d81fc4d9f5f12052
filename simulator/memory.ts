/** The newest `limit` entries of a map; reading one makes it new again. */
export class Lru<V> {
  private readonly entries = new Map<string, V>();
  constructor(private readonly limit: number) {}

  get(key: string): V | undefined {
    const value = this.entries.get(key);
    if (value !== undefined) {
      this.entries.delete(key);
      this.entries.set(key, value);
    }
    return value;
  }

  set(key: string, value: V): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size <= this.limit) return;
    const oldest = this.entries.keys().next();
    if (!oldest.done) this.entries.delete(oldest.value);
  }

  get size(): number {
    return this.entries.size;
  }
}

/** What a document was answered first; enough to give the same import receipt again, byte for byte. */
export interface FirstAnswer {
  /** Of the body, to notice when the same message id comes with other bytes. */
  sha256: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** `accepted`, `refused`, `stuck`, `unanswered`. */
  outcome: string;
  rule: string;
  code: string;
  text: string;
  /** The import receipt does not repeat the producer's key. */
  keyless: boolean;
  /** Which import receipt it was; empty = none. */
  family: string;
  /** The document's type. */
  type: string;
  key: string;
  seqNo: string;
  functionCode: string;
  sender: string;
}

const REMEMBERED = 200_000;

/** All that the simulator remembers between documents; bounded. */
export class Memory {
  /** By message id. */
  readonly answers: Lru<FirstAnswer>;
  /** Keys of accepted documents (`DEC:<ClientSeqNo>`) with the message id that brought them. */
  readonly keys: Lru<string>;
  private lastSeqNo = 0;
  private lastSerial = 0;

  constructor(limit = REMEMBERED) {
    this.answers = new Lru(limit);
    this.keys = new Lru(limit);
  }

  /**
   * 18 digits that no other document has, across restarts too: made of the time. They begin with a zero, because
   * receipts' numbers are text and their zeros count.
   */
  seqNo(now: number): string {
    const wanted = now * 1000;
    this.lastSeqNo = wanted > this.lastSeqNo ? wanted : this.lastSeqNo + 1;
    return this.lastSeqNo.toString().padStart(18, "0");
  }

  /** Nine digits that come again after four months at the earliest: the serial in customs' own numbers. */
  serial(now: number): string {
    const wanted = Math.floor(now / 10);
    this.lastSerial = wanted > this.lastSerial ? wanted : this.lastSerial + 1;
    return String(this.lastSerial % 1_000_000_000).padStart(9, "0");
  }
}
