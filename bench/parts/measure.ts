import { readFileSync } from "node:fs";
import { descendants } from "../../scripts/processes.js";

/** Ticks of the kernel's clock in a second, as `/proc/<pid>/stat` counts. */
const TICKS = 100;

/** Seconds that processes have been at work, the ones below them too. */
export function cpuSeconds(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of withDescendants(pids)) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      // utime and stime; what its ended children took stands behind them.
      for (const index of [11, 12, 13, 14]) ticks += Number(fields[index]);
    } catch {
      // It has ended meanwhile.
    }
  }
  return ticks / TICKS;
}

/** The most memory that processes have had, each by itself, summed: megabytes. */
export function peakMemory(pids: readonly number[]): number {
  let kilobytes = 0;
  for (const pid of withDescendants(pids)) {
    try {
      kilobytes += Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0);
    } catch {
      // It has ended meanwhile.
    }
  }
  return kilobytes / 1024;
}

function withDescendants(pids: readonly number[]): number[] {
  return [...new Set(pids.flatMap((pid) => [pid, ...descendants(pid)]))];
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Runs so many lanes of asynchronous work side by side until all pieces are done. */
export async function inLanes<T>(
  pieces: readonly T[],
  lanes: number,
  work: (piece: T) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < pieces.length) await work(pieces[next++] as T);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
