import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname, networkInterfaces, userInfo } from "node:os";
import { type Bilingual, codeOf } from "./errors.js";

/** Tells one process from every other one, on this machine and on others, also when its number is used again. */
export interface ProcessMark {
  host: string;
  pid: number;
  /** Of the start of the machine and of the namespace of process numbers that it lives in; empty where it cannot be read. */
  boot: string;
  /** When it was started, in the system's own count; empty where it cannot be read. */
  started: string;
}

/** The machine that we run on, and its processes. A test gives one that stands for another machine. */
export interface Host {
  /** This process. */
  mark(): ProcessMark;
  /** Does the process of this mark run? Undefined where that cannot be known from here: on another machine, in another container. */
  runs(mark: ProcessMark): boolean | undefined;
  /** Hash over the machine's name and its network cards (faq client 1). */
  fingerprint(): string;
  /** Leases that this process holds: what bears its mark and is not among them was left by a client that it has closed. */
  readonly leases: Set<string>;
}

export const SYSTEM_HOST: Host = {
  mark: () => ({ host: hostname(), pid: process.pid, boot: bootOf(), started: startOf(process.pid) }),
  runs(mark) {
    if (mark.host !== hostname() || mark.boot !== bootOf()) return undefined;
    if (!isThere(mark.pid)) return false;
    const started = startOf(mark.pid);
    // A number that is in use again says nothing where starts cannot be read.
    if (started === "" || mark.started === "") return undefined;
    return started === mark.started;
  },
  fingerprint() {
    const cards = Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ mac }) => mac));
    const real = [...new Set(cards)].filter((mac) => mac !== "00:00:00:00:00:00").sort();
    return createHash("sha256")
      .update([hostname(), ...real].join("\n"))
      .digest("hex");
  },
  leases: new Set(),
};

/** The account that this process runs as, for a person who is to give it a right: its name, and its number where accounts have one. */
export function accountHere(): Bilingual {
  const uid = process.geteuid?.();
  let name = "";
  try {
    // A container may run as a number that no list of users has. The name is that of the number which counts now.
    const info = userInfo();
    if (uid === undefined || info.uid === uid) name = info.username;
  } catch {
    // Then the number says it.
  }
  if (uid === undefined) return { zh: name, en: name };
  return name ? { zh: `${name}（uid ${uid}）`, en: `${name} (uid ${uid})` } : { zh: `uid ${uid}`, en: `uid ${uid}` };
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== "ESRCH";
  }
}

/** Process numbers mean something only within one start of the machine and one container. */
function bootOf(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return "";
  }
}

function startOf(pid: number): string {
  try {
    // The name in parentheses may hold anything; the start is the 20th field behind it.
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
