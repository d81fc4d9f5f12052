import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Fault } from "./fault.js";

const HOUR = 3600;
const DAY = 24 * HOUR;
const FILE = "clock-offset";

/** Debian's `faketime`: it sets the clock of the processes that load it, and of nobody else. */
function library(): string | undefined {
  const folders = existsSync("/usr/lib")
    ? readdirSync("/usr/lib").map((name) => join("/usr/lib", name, "faketime"))
    : [];
  return [...folders, "/usr/lib/faketime"]
    .map((folder) => join(folder, "libfaketimeMT.so.1"))
    .find((file) => existsSync(file));
}

/** What lets `setClock` set the clock of a Node-RED; empty where that is not installed. The time that passes is not touched. */
export function clockEnvironment(dir: string): NodeJS.ProcessEnv {
  const preload = library();
  if (!preload) return {};
  setClock(dir, 0);
  return {
    LD_PRELOAD: preload,
    FAKETIME_TIMESTAMP_FILE: join(dir, FILE),
    FAKETIME_CACHE_DURATION: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
    NO_FAKE_STAT: "1",
  };
}

/** Sets the clock so many seconds before or behind the true time; it is seen within a second. */
export function setClock(dir: string, seconds: number): void {
  writeFileSync(join(dir, FILE), `${seconds < 0 ? "-" : "+"}${Math.abs(seconds)}\n`);
}

/** Brings the clock to one of these offsets, in seconds, and sets it right again; the broker has a clock of its own. */
const steps = (offsets: readonly number[]): Fault => ({
  lasts: [2_000, 8_000],
  begin: async ({ stage, random }) => {
    setClock(stage.dir, random.pick(offsets));
    return () => setClock(stage.dir, 0);
  },
});

export const CLOCK: Record<string, Fault> = library()
  ? {
      "clock forward": steps([90, HOUR, DAY, 100 * DAY]),
      // To a time in which the card's certificate is not valid yet.
      "clock back": steps([-3 * DAY, -DAY, -HOUR, -90]),
    }
  : {};
