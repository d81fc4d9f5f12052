/**
 * Mutated documents, receipts and ZIPs for all that reads what comes from outside (promises 5: no crash, no hang over
 * 2 s, memory bounded): `npx tsx test/fuzz/fuzz.ts [COUNT] [SEED] [FIRST]`; default 20,000 and the time.
 *
 * Prints the seed, memory along the way, the outcomes, the longest case and peak memory. Exits with 1 when a promise is
 * broken, with the input on disk; `fuzz.ts 1 SEED N` runs case N alone.
 */
import { fuzz } from "./run.js";

function lines(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([what, times]) => `    ${String(times).padStart(8)}  ${what}`).join("\n");
}

async function main(): Promise<void> {
  const [count = 20_000, seed = Date.now() % 2 ** 31, first = 0] = process.argv.slice(2).map(Number);
  const tell = (line: string) => process.stdout.write(`${line}\n`);
  tell(`seed ${seed}, ${count} cases from ${first}`);
  const started = performance.now();
  const { documents, deliveries, longest, peakMemory, broken } = await fuzz({ count, seed, first, tell });
  const seconds = (performance.now() - started) / 1_000;
  tell(`  as documents:\n${lines(documents)}\n  as receipts:\n${lines(deliveries)}`);
  tell(
    `longest ${longest.ms.toFixed(1)} ms (case ${longest.case}), peak memory ${Math.round(peakMemory / 1048576)} MiB`,
  );
  if (broken) {
    const { error, file } = broken;
    tell(`case ${broken.case}: ${error instanceof Error ? error.stack : String(error)}\ninput in ${file}`);
    process.exitCode = 1;
  } else tell(`${count} cases in ${seconds.toFixed(0)} s, none crashed, hung or took memory`);
}

void main();
