import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** The command line of a running process, its parts joined by blanks; empty when there is no such process (or no /proc). */
export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return "";
  }
}

/**
 * When a process started, in clock ticks since boot; together with its id it names one process for as long as the machine
 * runs. Empty when there is no such process.
 */
export function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Field 22; the second field is the name in parentheses, which may hold blanks.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

/** Whether a process exists and has not merely been left for its parent to collect. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3) !== "Z";
  } catch {
    try {
      process.kill(pid, 0);
      return process.platform !== "linux";
    } catch {
      return false;
    }
  }
}

/** The processes that a process has started; none when it has gone, or there is no /proc here. */
export function children(pid: number): number[] {
  const found: number[] = [];
  try {
    // Linux lists children by the thread that made them.
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const list = readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8");
      found.push(...list.split(/\s+/).filter(Boolean).map(Number));
    }
  } catch {
    // It has gone meanwhile: what was found stands.
  }
  return found;
}

/** Every process below a process. */
export function descendants(pid: number): number[] {
  return children(pid).flatMap((child) => [child, ...descendants(child)]);
}

/** Milliseconds that a busy machine may take to stop a process. */
const FREEZES_WITHIN = 5_000;

/** Stops a process and returns when none of its threads runs any more: one that is just being stopped still does something. */
export function freeze(pid: number): void {
  signal(pid, "SIGSTOP");
  const end = Date.now() + FREEZES_WITHIN;
  while (threadsRun(pid) && Date.now() < end) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}

function threadsRun(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).some((thread) => {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8");
      return !"TtZX".includes(stat.charAt(stat.lastIndexOf(")") + 2));
    });
  } catch {
    return false;
  }
}

/** Sends a signal to exactly one process; a process that has gone is no fault. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Resolves to true when the child has exited, to false when it has not within `ms`. */
export function exited(child: ChildProcess, ms: number): Promise<boolean> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(true);
  return new Promise((resolve) => {
    const onExit = () => {
      clearTimeout(timer);
      resolve(true);
    };
    const timer = setTimeout(() => {
      child.off("exit", onExit);
      resolve(false);
    }, ms);
    child.once("exit", onExit);
  });
}

/** Asks a child to end, and ends it when it has not within `ms`. Resolves once it has gone. */
export async function endChild(child: ChildProcess, ms: number): Promise<void> {
  if (child.pid === undefined) return;
  child.kill("SIGCONT");
  child.kill("SIGTERM");
  if (await exited(child, ms)) return;
  child.kill("SIGKILL");
  await exited(child, 5_000);
}

/** Resolves once none of these processes is left, to those that still are after `ms`. For processes that are not our children. */
export async function waitGone(pids: readonly number[], ms: number): Promise<number[]> {
  const end = Date.now() + ms;
  for (;;) {
    const left = pids.filter(isAlive);
    if (left.length === 0 || Date.now() >= end) return left;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
