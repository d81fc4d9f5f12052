import type { Outcome } from "./outcome.js";
import { World, type WorldOptions } from "./world.js";

/** A violation without what differs from run to run. */
export function kindOf(violation: string): string {
  return (violation.split("\n")[0] ?? "")
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "<id>")
    .replace(/\d+/g, "N")
    .replace(/<id>\.N/g, "<id>");
}

/**
 * Takes decisions back, more and more at a time and then fewer, for as long as the same is violated (delta debugging): what is left is
 * needed. Resolves to the run with these alone, or to undefined when the run is not violated by its decisions alone.
 */
export async function shrunk(options: WorldOptions, most = 2000): Promise<Outcome | undefined> {
  let tries = 0;
  const run = (kept?: readonly string[]) => {
    tries++;
    return new World({ ...options, told: true, ...(kept && { kept: new Set(kept) }) }).run();
  };
  const first = await run();
  if (first.violation === undefined) return undefined;
  const kind = kindOf(first.violation);
  const fails = async (kept: readonly string[]) => {
    const outcome = await run(kept);
    return outcome.violation !== undefined && kindOf(outcome.violation) === kind ? outcome : undefined;
  };
  let best = await fails(first.taken);
  if (!best) return first;
  for (let size = Math.ceil(best.taken.length / 2); size >= 1 && tries < most; ) {
    let smaller: Outcome | undefined;
    for (let from = 0; from < best.taken.length && tries < most; from += size) {
      const taken: readonly string[] = best.taken;
      smaller = await fails([...taken.slice(0, from), ...taken.slice(from + size)]);
      if (smaller && smaller.taken.length < taken.length) break;
      smaller = undefined;
    }
    if (smaller) best = smaller;
    else if (size === 1) break;
    else size = Math.ceil(size / 2);
  }
  return best;
}

/** A run as a table: when, who, what, and how the documents stand then. */
export function tableOf({ seed, violation, taken, story }: Outcome): string {
  const rows = story.map(({ at, who, what, documents }) => [(at / 1000).toFixed(3), who, what, documents]);
  const table = [["s", "who", "what", "documents"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.min(100, Math.max(...table.map((row) => row[column]?.length ?? 0))));
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const decisions = taken.map((one) => `  ${one}`).join("\n");
  return `seed ${seed}: ${violation ?? "nothing is violated"}\n${lines.join("\n")}\ndecisions:\n${decisions}\n`;
}
