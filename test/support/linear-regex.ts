import { type AST, RegExpParser, visitRegExpAST } from "@eslint-community/regexpp";

/**
 * Can a backtracking matcher need more than linear time for a regular expression? Decided on its position automaton: the
 * ways in which a text can be read up to some place must be bounded in number, over all places where a match may begin.
 * They are not when two different loops can read the same piece of text, and the first can pass on to the second in it
 * (`\s+$`: "not begun yet" is a loop too), or when one loop can read a piece in two ways. What may end a match at once needs
 * no look at what would come next. Too strict rather than too lax: a boundary or look-around counts as "may fail here".
 *
 * Returns undefined for a proof, else why there is none.
 */
export function whyNotLinear(pattern: string, flags: string): string | undefined {
  const unicode = flags.includes("u");
  const ast = new RegExpParser({ ecmaVersion: 2025 }).parsePattern(pattern, 0, pattern.length, unicode);
  try {
    const graph = new Graph(flags, ast);
    graph.begin(graph.alternatives(ast.alternatives));
    return graph.ambiguity();
  } catch (error) {
    if (error instanceof Unknown) return error.message;
    throw error;
  }
}

class Unknown extends Error {}

/** Ways through a part: which atoms it can begin and end with, and whether it can be passed without reading. */
interface Part {
  first: { free: Set<number>; anchored: Set<number> };
  last: { plain: Set<number>; asserted: Set<number> };
  empty: { anchored: boolean; asserted: boolean }[];
}

const none = (): Part => ({
  first: { free: new Set(), anchored: new Set() },
  last: { plain: new Set(), asserted: new Set() },
  empty: [],
});
const nothing = (anchored = false, asserted = false): Part => ({ ...none(), empty: [{ anchored, asserted }] });

/** Copies that a counted repetition of one character is written out to; more of them, or of more, count as a loop. */
const COPIES = 80;
/** The place before a match: any character may be passed over before one begins. */
const BEFORE = 0;

class Graph {
  private readonly atoms: string[] = ["[^]"];
  private readonly next: Map<number, number>[] = [new Map()];
  private readonly ends = new Set<number>();
  private readonly reads: boolean[][];
  private readonly samples: string[];

  constructor(
    private readonly flags: string,
    ast: AST.Pattern,
  ) {
    this.samples = samplesOf(ast);
    this.reads = [this.samples.map(() => true)];
  }

  alternatives(list: readonly AST.Alternative[]): Part {
    const parts = list.map(({ elements }) =>
      elements.map((element) => this.part(element)).reduce((one, other) => this.join(one, other), nothing()),
    );
    const all = none();
    for (const { first, last, empty } of parts) {
      for (const atom of first.free) all.first.free.add(atom);
      for (const atom of first.anchored) all.first.anchored.add(atom);
      for (const atom of last.plain) all.last.plain.add(atom);
      for (const atom of last.asserted) all.last.asserted.add(atom);
      all.empty.push(...empty);
    }
    return all;
  }

  /** The whole: a match may begin at every place, unless it is bound to the start or sticky. */
  begin(whole: Part): void {
    for (const atom of whole.last.plain) if (!whole.last.asserted.has(atom)) this.ends.add(atom);
    if (this.flags.includes("y")) return;
    this.edge(BEFORE, BEFORE);
    for (const atom of whole.first.free) this.edge(BEFORE, atom);
  }

  private part(element: AST.Element): Part {
    switch (element.type) {
      case "Character":
      case "CharacterSet":
      case "CharacterClass":
        return this.atom(element.raw);
      case "Group":
      case "CapturingGroup":
        return this.alternatives(element.alternatives);
      case "Quantifier":
        return this.repeated(element);
      case "Assertion":
        if (element.kind === "start") return nothing(!this.flags.includes("m"), true);
        if ((element.kind === "lookahead" || element.kind === "lookbehind") && !isBounded(element))
          throw new Unknown(`a look-around without bound: ${element.raw}`);
        return nothing(false, true);
      default:
        throw new Unknown(`${element.type}: ${element.raw}`);
    }
  }

  private atom(raw: string): Part {
    const id = this.atoms.push(raw) - 1;
    const test = new RegExp(`^(?:${raw})$`, this.flags.replace(/[gymd]/g, ""));
    this.reads.push(this.samples.map((sample) => test.test(sample)));
    this.next.push(new Map());
    return {
      first: { free: new Set([id]), anchored: new Set() },
      last: { plain: new Set([id]), asserted: new Set() },
      empty: [],
    };
  }

  private repeated({ element, min, max }: AST.Quantifier): Part {
    if (max === 0) return nothing();
    const copy = () => this.part(element as AST.Element);
    const single = ["Character", "CharacterSet", "CharacterClass"].includes(element.type);
    if (max <= 1 || (single && max <= COPIES)) return this.counted(copy, min, max);
    const loop = this.loop(copy());
    // Each of the times that are asked for may be empty or not: as many ways as there are choices.
    if (min > 1 && loop.empty.length > 0) throw new Unknown(`may be empty each time: ${element.raw}{${min},}`);
    if (min === 0) return { ...loop, empty: [...loop.empty, ...nothing().empty] };
    if (min === 1) return this.join(copy(), { ...loop, empty: [...loop.empty, ...nothing().empty] });
    // A loop once through instead of several times: where it seems to end, it need not.
    for (const atom of loop.last.plain) loop.last.asserted.add(atom);
    return loop;
  }

  private counted(copy: () => Part, min: number, max: number): Part {
    let all = nothing();
    for (let index = 0; index < min; index++) all = this.join(all, copy());
    // x{0,3} as (x(xx?)?)?, so that leaving out is one way and not several.
    let rest = nothing();
    for (let index = min; index < max; index++) {
      const more = this.join(copy(), rest);
      rest = { ...more, empty: [...more.empty, ...nothing().empty] };
    }
    return this.join(all, rest);
  }

  private loop(part: Part): Part {
    for (const from of [...part.last.plain, ...part.last.asserted])
      for (const to of part.first.free) this.edge(from, to);
    return part;
  }

  private join(one: Part, other: Part): Part {
    for (const from of union(one.last.plain, one.last.asserted)) for (const to of other.first.free) this.edge(from, to);
    const joined = none();
    for (const kind of ["free", "anchored"] as const) {
      for (const atom of one.first[kind]) joined.first[kind].add(atom);
      for (const { anchored } of one.empty)
        for (const atom of other.first[kind]) joined.first[anchored ? "anchored" : kind].add(atom);
    }
    for (const kind of ["plain", "asserted"] as const) {
      for (const atom of other.last[kind]) joined.last[kind].add(atom);
      for (const { asserted } of other.empty)
        for (const atom of one.last[kind]) joined.last[asserted ? "asserted" : kind].add(atom);
    }
    joined.empty = one.empty.flatMap((a) =>
      other.empty.map((b) => ({ anchored: a.anchored || b.anchored, asserted: a.asserted || b.asserted })),
    );
    return joined;
  }

  private edge(from: number, to: number): void {
    const edges = this.next[from] as Map<number, number>;
    edges.set(to, (edges.get(to) ?? 0) + 1);
  }

  private follow(from: number): [number, number][] {
    return [...(this.next[from] ?? [])].filter(([to]) => !this.ends.has(to));
  }

  /** Says between which atoms, or undefined. */
  ambiguity(): string | undefined {
    const all = this.atoms.map((_, index) => index).filter((index) => !this.ends.has(index));
    const reach = new Map(all.map((from) => [from, this.reached(from)]));
    const together = (one: number, other: number) =>
      reach.get(one)?.has(other) === true && reach.get(other)?.has(one) === true;
    const loops = all.filter((atom) => reach.get(atom)?.has(atom));
    const name = (atom: number) => (atom === BEFORE ? "the start of a match" : this.atoms[atom]);
    for (const p of loops) {
      for (const [q, ways] of this.follow(p))
        if (ways > 1 && together(p, q)) return `${name(q)} follows ${name(p)} in two ways, in a loop`;
      if (this.meets([p, p], [p, p], (atom) => together(atom, p), true))
        return `a loop through ${name(p)} reads the same text in two ways`;
      for (const q of loops) {
        if (p === q || !reach.get(p)?.has(q)) continue;
        const within = [(x: number) => together(x, p), () => true, (z: number) => together(z, q)];
        if (this.meets([p, p, q], [p, q, q], (atom, index) => within[index]?.(atom) === true, false))
          return `${name(p)} and ${name(q)} read the same text one after the other`;
      }
    }
    return undefined;
  }

  private reached(from: number): Set<number> {
    const seen = new Set<number>();
    const open = [from];
    for (let at = open.pop(); at !== undefined; at = open.pop())
      for (const [to] of this.follow(at))
        if (!seen.has(to)) {
          seen.add(to);
          open.push(to);
        }
    return seen;
  }

  /** Whether several readers of one text come from the one places to the others; `apart`: and are not together all the way. */
  private meets(
    from: readonly number[],
    to: readonly number[],
    may: (atom: number, index: number) => boolean,
    apart: boolean,
  ): boolean {
    const key = (places: readonly number[], parted: boolean) => `${places} ${parted}`;
    const goal = key(to, apart);
    const seen = new Set<string>();
    const open: [readonly number[], boolean][] = [[from, false]];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const [places, parted] = at;
      const steps = places.map((place, index) => this.follow(place).filter(([to]) => may(to, index)));
      for (const [a = 0] of steps[0] ?? [])
        for (const [b = 0] of steps[1] ?? []) {
          if (!this.share([a, b])) continue;
          for (const c of steps[2] === undefined ? [undefined] : steps[2].map(([place]) => place)) {
            const reached = c === undefined ? [a, b] : [a, b, c];
            if (!this.share(reached)) continue;
            const now = key(reached, apart && (parted || a !== b));
            if (now === goal) return true;
            if (seen.has(now)) continue;
            seen.add(now);
            open.push([reached, apart && (parted || a !== b)]);
          }
        }
    }
    return false;
  }

  private share(atoms: readonly number[]): boolean {
    return this.samples.some((_, sample) => atoms.every((atom) => this.reads[atom]?.[sample]));
  }
}

const union = <T>(one: ReadonlySet<T>, other: ReadonlySet<T>) => new Set([...one, ...other]);

/** Neither a repetition without bound nor a repeated group in it. */
function isBounded(node: AST.Node): boolean {
  let bounded = true;
  visitRegExpAST(node, {
    onQuantifierEnter: ({ max }) => {
      if (max > COPIES) bounded = false;
    },
    onBackreferenceEnter: () => {
      bounded = false;
    },
  });
  return bounded;
}

/**
 * One character of each kind that the pattern can tell apart: those that it names, the neighbours of its ranges, and some of
 * each predefined class.
 */
function samplesOf(ast: AST.Pattern): string[] {
  const codes = new Set<number>([0x3000, 0xfeff, 0x2028, 0x2029, 0x200e, 0x4e2d, 0xd800, 0xdfff, 0x1f600, 0x20000]);
  for (let code = 0; code < 0x180; code++) codes.add(code);
  visitRegExpAST(ast, {
    onCharacterEnter: ({ value }) => {
      for (const near of [-1, 0, 1]) codes.add(value + near);
    },
  });
  return [...codes].filter((code) => code >= 0 && code <= 0x10ffff).map((code) => String.fromCodePoint(code));
}
