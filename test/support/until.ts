import { setTimeout as sleep } from "node:timers/promises";

/**
 * How much longer than the tests say they wait in vain: what is waited for comes, and only how busy the cores are decides when.
 */
export const PATIENCE = 3;

/**
 * Waits until `look` gives something other than undefined, null or false, and resolves to it. For conditions that
 * announce themselves to nobody: a file in a folder, a row, a queue's depth. Rejects, saying for what it waited and how
 * it stood, after `within` milliseconds and as often again as `PATIENCE` says; an error that `look` throws counts as "not yet" until then. `pause`: milliseconds
 * between two looks.
 */
export async function until<T>(
  what: string | (() => string),
  look: () => T | Promise<T>,
  within = 30_000,
  pause = 20,
): Promise<Exclude<T, undefined | null | false>> {
  const limit = within * PATIENCE;
  const end = Date.now() + limit;
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== null && found !== false) {
        return found as Exclude<T, undefined | null | false>;
      }
      last = found;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      const said = typeof what === "string" ? what : what();
      throw new Error(`waited ${limit / 1000} s in vain until ${said}; at last: ${String(last)}`, { cause: last });
    }
    await sleep(pause);
  }
}
