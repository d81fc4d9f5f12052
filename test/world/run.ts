import { prepared, World } from "./world.js";

async function main(): Promise<void> {
  Error.stackTraceLimit = 0;
  const value = (name: string, usual: number) => {
    const at = process.argv.indexOf(`--${name}`);
    return at === -1 ? usual : Number(process.argv[at + 1]);
  };
  const schedules = value("schedules", 1000);
  const first = value("seed", 1);
  const instances = value("instances", 1);
  await prepared();
  const start = performance.now();
  const used = process.cpuUsage();
  let steps = 0;
  const kinds = new Map<string, number[]>();
  for (let seed = first; seed < first + schedules; seed++) {
    const outcome = await new World({ seed, instances, told: process.argv.includes("--story") }).run();
    steps += outcome.steps;
    if (outcome.violation !== undefined) {
      const kind = outcome.violation
        .split("\n")[0]!
        .replace(/[0-9a-f-]{36}/g, "<id>")
        .replace(/\d+/g, "N");
      kinds.set(kind, [...(kinds.get(kind) ?? []), seed]);
      if (process.argv.includes("--story")) {
        for (const { at, who, what, documents } of outcome.story)
          console.log(`${at.toFixed(0).padStart(7)}  ${who.padEnd(9)} ${what}   [${documents}]`);
        console.log(outcome.taken.join("\n"));
        break;
      }
    }
  }
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(used);
  const busy = (user + system) / 1e6;
  console.log(
    `${schedules} schedules, ${steps} steps, ${seconds.toFixed(1)} s, ${(schedules / seconds).toFixed(0)} a second, ${(schedules / busy).toFixed(0)} a second of one core`,
  );
  for (const [kind, seeds] of kinds) console.log(`${seeds.length} x ${kind}   seeds ${seeds.slice(0, 5).join(" ")}`);
}

main();
