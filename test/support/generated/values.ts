const WORDS = [
  "螺栓",
  "不锈钢",
  "塑料",
  "M6x20",
  "品牌:无",
  "用途|紧固件",
  "steel",
  "parts",
  "（新）",
  "0|0|型号",
  "12mm",
];

const pad = (value: number): string => String(value).padStart(2, "0");

/** A small generator of numbers (mulberry32): the same seed gives the same document on every machine. */
export class Values {
  constructor(private state: number) {}

  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }
  one<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
  digits(count: number): string {
    return Array.from({ length: count }, () => this.below(10)).join("");
  }
  number(): string {
    return `${this.below(100000)}.${this.digits(1 + this.below(4))}`;
  }
  /** A sum of money: two decimal places at most. */
  amount(): string {
    return `${this.below(100000)}.${this.digits(1 + this.below(2))}`;
  }
  day(): string {
    return `20${20 + this.below(8)}${pad(1 + this.below(12))}${pad(1 + this.below(28))}`;
  }
  time(): string {
    return `${pad(this.below(24))}${pad(this.below(60))}${pad(this.below(60))}`;
  }
  words(): string {
    return Array.from({ length: 1 + this.below(4) }, () => this.one(WORDS)).join(" ");
  }
}
