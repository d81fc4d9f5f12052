import { GUARDS, NEED_TWO } from "./guards.js";
import { kindOf, shrunk, tableOf } from "./shrink.js";
import { prepared, World } from "./world.js";

/**
 * `npm run world -- [--schedules N] [--seed S] [--instances K [--shared | --waiting]] [--minutes M]`: runs that many worlds, one seed after the other, and says
 * how many a second; `--story` runs one seed and tells it as a table; the first of each kind of violation is shrunk and told, `--until-found` stops there.
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

async function main(): Promise<void> {
  const value = (name: string, usual: number) => {
    const at = process.argv.indexOf(`--${name}`);
    return at === -1 ? usual : Number(process.argv[at + 1]);
  };
  const instances = value("instances", 1);
  const shared = process.argv.includes("--shared") || (process.argv.includes("--waiting") ? false : undefined);
  const first = value("seed", 1);
  const minutes = value("minutes", Number.POSITIVE_INFINITY);
  const schedules = value("schedules", Number.isFinite(minutes) ? Number.POSITIVE_INFINITY : 10_000);
  Error.stackTraceLimit = 0;
  await prepared();
  if (process.argv.includes("--story")) {
    console.log(tableOf(await new World({ seed: first, instances, shared, told: true }).run()));
    return;
  }
  if (process.argv.includes("--guards")) return guards(first);
  const start = performance.now();
  const used = process.cpuUsage();
  const kinds = new Map<string, number[]>();
  let steps = 0;
  let runs = 0;
  for (; runs < schedules && performance.now() - start < minutes * 60_000; runs++) {
    const seed = first + runs;
    const outcome = await new World({ seed, instances, shared }).run();
    steps += outcome.steps;
    if (outcome.violation === undefined) continue;
    const kind = kindOf(outcome.violation);
    const known = kinds.get(kind);
    if (known) known.push(seed);
    else {
      kinds.set(kind, [seed]);
      const shortest = await shrunk({ seed, instances, shared });
      console.log(shortest ? tableOf(shortest) : `seed ${seed}: ${outcome.violation}, and not when it is told`);
      if (process.argv.includes("--until-found")) break;
    }
  }
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(used);
  const busy = (user + system) / 1e6;
  console.log(
    `${runs} schedules, ${(steps / runs).toFixed(0)} steps each, ${seconds.toFixed(1)} s; ${(runs / seconds).toFixed(0)} a second, ${(runs / busy).toFixed(0)} a second of processor time`,
  );
  let violated = 0;
  for (const [kind, seeds] of kinds) {
    violated += seeds.length;
    console.log(`${seeds.length} x ${kind}   seeds ${seeds.slice(0, 5).join(" ")}`);
  }
  console.log(`${violated} violations`);
  if (violated > 0) process.exitCode = 1;
}

void main();
