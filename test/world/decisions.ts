const hashes = new Map<string, number>();

function textHash(text: string): number {
  let h = hashes.get(text);
  if (h === undefined) {
    h = 17;
    for (let at = 0; at < text.length; at++) h = (Math.imul(h, 31) + text.charCodeAt(at)) | 0;
    hashes.set(text, h);
  }
  return h;
}

/** One thing that may go wrong, or come late: how often at most, for each time that it is asked. */
export class Fault {
  static readonly all: Fault[] = [];
  readonly id: number;
  readonly hash: number;

  constructor(
    readonly name: string,
    readonly rate: number,
  ) {
    this.id = Fault.all.length;
    this.hash = textHash(name);
    Fault.all.push(this);
  }
}

/** Who may be asked about: so many processes and outsiders. */
export const ASKERS = 32;

function mixed(one: number, two: number, three: number): number {
  let h = Math.imul(one ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(two + 0x7f4a7c15, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15) ^ Math.imul(three + 0x165667b1, 0x27d4eb2f), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
}

const unit = (h: number) => h / 4294967296;

/** How often a kind of fault happens where it happens at all, as a share of its usual rate. */
const SHARES = [0.3, 1, 3];

/**
 * Everything in a run that could be otherwise follows from one seed. A decision is known by what it is about, by whom it is asked, and
 * by how often that was asked before, and not by its place in the whole run: when one of them is taken back the others stay as they
 * were, so that a run can be shrunk. Each has a plain answer, that nothing goes wrong. With `kept` those decisions are answered
 * otherwise, and no others: a run that was shrunk is a short list of them.
 */
export class Decisions {
  /** Those that were answered otherwise, in their order; kept only where they are `wanted`. */
  readonly taken: string[] = [];
  /** Nothing goes wrong any more. */
  calm = false;
  private readonly counts = new Int32Array(Fault.all.length * ASKERS);
  private readonly rates = new Float64Array(Fault.all.length);
  private last = 0;
  private draws = 0;

  constructor(
    readonly seed: number,
    private readonly kept?: ReadonlySet<string>,
    private readonly wanted = false,
  ) {
    // Few kinds of fault in each run, these often: more is found than with all of them at once.
    for (const { id, hash, rate } of Fault.all) {
      const h = mixed(seed, 7919, hash);
      if (h % 3 === 0) this.rates[id] = rate * (SHARES[(h >>> 8) % SHARES.length] as number);
    }
  }

  /** Does it happen now, to this asker? */
  happens({ id, name, hash, rate: usual }: Fault, who: number): boolean {
    const at = id * ASKERS + who;
    const count = this.counts[at] as number;
    this.counts[at] = count + 1;
    if (this.calm || usual === 0) return false;
    const rate = this.rates[id] as number;
    if (rate === 0 && !this.kept) return false;
    const h = mixed(this.seed, hash + who, count);
    if (this.kept ? !this.kept.has(`${name}/${who}/${count}`) : unit(h) >= rate) return false;
    if (this.wanted) this.taken.push(`${name}/${who}/${count}`);
    this.last = h;
    return true;
  }

  /** How much of it, from 0 up to 1, where the last one happened. */
  get amount(): number {
    return unit(mixed(this.last, 31, 17));
  }

  /** One of several; the first is the plain one. */
  choose<T>(name: string, number: number, options: readonly T[]): T {
    const index = mixed(this.seed, textHash(name), number) % options.length;
    if (index === 0 || (this.kept && !this.kept.has(`${name}/${number}`))) return options[0] as T;
    if (this.wanted) this.taken.push(`${name}/${number}`);
    return options[index] as T;
  }

  /** A number from 0 up to 1 that is no decision. */
  draw(): number {
    return unit(mixed(this.seed, 104729, this.draws++));
  }
}
