/** Numbers that follow from a seed (mulberry32), so that a random test can be run again. */
export class Random {
  constructor(private state: number) {}

  /** 0 <= x < 1 */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number, `from` and `to` included. */
  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  pick<T>(list: readonly T[]): T {
    return list[this.between(0, list.length - 1)] as T;
  }
}

/** A list in random order, again and again: each comes once before one comes twice. */
export class Bag<T> {
  private left: T[] = [];

  constructor(
    private readonly list: readonly T[],
    private readonly random: Random,
  ) {}

  draw(): T {
    if (this.left.length === 0) this.left = [...this.list];
    return this.left.splice(this.random.between(0, this.left.length - 1), 1)[0] as T;
  }
}
