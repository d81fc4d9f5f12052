import { GUARDS, NEED_TWO } from "./guards.js";
import { prepared } from "./papers.js";
import { kindOf, shrunk, tableOf } from "./shrink.js";
import { said, type Tally } from "./tally.js";
import { World, type WorldOptions } from "./world.js";

/*
 * `npm run world -- [--schedules N] [--seed S] [--instances K [--shared | --waiting]] [--minutes M] [--processes N] [--progress N]`: runs that many worlds,
 * one seed after the other, in so many processes, and says how many a second, also after each so many; `--story` runs one seed and tells it as a table;
 * the first of each kind of violation is shrunk and told, `--until-found` stops there.
 */

/** How many schedules it takes until a guard that is taken out is missed. */
async function guards(first: number): Promise<void> {
  const wanted = process.argv[process.argv.indexOf("--guards") + 1] ?? "";
  for (const without of GUARDS) {
    if (!wanted.startsWith("--") && !without.includes(wanted)) continue;
    const two = NEED_TWO[without];
    const instances = two ? 2 : 1;
    const start = process.cpuUsage();
    const spent = () => {
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1e6;
    };
    let seed = first;
    let violation: string | undefined;
    for (; violation === undefined && spent() < 120; seed++)
      ({ violation } = await new World({ seed, instances, without, ...two }).run());
    const found = violation?.split("\n")[0] ?? "not found";
    console.log(`without ${without}: ${seed - first} schedules, ${spent().toFixed(1)} s of processor time: ${found}`);
    if (violation === undefined) process.exitCode = 1;
  }
}

/** So many worlds and what they came to; the first of each kind of violation is shrunk and told. */
async function many(options: Omit<WorldOptions, "seed">): Promise<Tally> {
  const minutes = value("minutes", Number.POSITIVE_INFINITY);
  const all = value("schedules", Number.isFinite(minutes) ? Number.POSITIVE_INFINITY : 10_000);
  const [share = 0, shares = 1] = text("share").split("/").filter(Boolean).map(Number);
  const first = value("seed", 1);
  const progress = value("progress", Number.POSITIVE_INFINITY);
  const start = performance.now();
  const used = process.cpuUsage();
  const tally: Tally = { runs: 0, steps: 0, seconds: 0, busy: 0, kinds: {} };
  const now = (): Tally => {
    const { user, system } = process.cpuUsage(used);
    return { ...tally, seconds: (performance.now() - start) / 1000, busy: (user + system) / 1e6 };
  };
  let stopped = false;
  process.once("SIGTERM", () => {
    stopped = true;
  });
  for (let at = share; at < all && !stopped && performance.now() - start < minutes * 60_000; at += shares) {
    const seed = first + at;
    const outcome = await new World({ ...options, seed }).run();
    tally.runs++;
    tally.steps += outcome.steps;
    if (tally.runs % progress === 0) console.log(`up to seed ${seed}: ${said(now())}`);
    if (outcome.violation === undefined) continue;
    const kind = kindOf(outcome.violation);
    const known = tally.kinds[kind];
    if (known) known.push(seed);
    else {
      tally.kinds[kind] = [seed];
      const shortest = await shrunk({ ...options, seed });
      console.log(shortest ? tableOf(shortest) : `seed ${seed}: ${outcome.violation}, and not when it is told`);
      if (process.argv.includes("--until-found")) break;
    }
  }
  return now();
}

function text(name: string): string {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? "" : (process.argv[at + 1] ?? "");
}

const value = (name: string, usual: number) => (text(name) === "" ? usual : Number(text(name)));

async function main(): Promise<void> {
  const instances = value("instances", 1);
  const shared = process.argv.includes("--shared") || (process.argv.includes("--waiting") ? false : undefined);
  const seed = value("seed", 1);
  Error.stackTraceLimit = 0;
  await prepared();
  if (process.argv.includes("--story")) {
    console.log(tableOf(await new World({ seed, instances, shared, told: true }).run()));
    return;
  }
  if (process.argv.includes("--guards")) return guards(seed);
  const tally = await many({ instances, shared });
  console.log(said(tally));
  process.send?.(tally);
  if (Object.keys(tally.kinds).length > 0) process.exitCode = 1;
}

void main().finally(() => process.disconnect?.());
