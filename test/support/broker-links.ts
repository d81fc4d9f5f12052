import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** Milliseconds between two looks. */
const LOOK = 100;
/** As the kernel writes it. */
const ESTABLISHED = "01";

/**
 * Which of several processes have a connection to a port of this machine, by the kernel's tables: looked at all the time, so that two at once
 * are seen however short it is.
 */
export class BrokerLinks {
  /** The most at one time. */
  most = 0;
  private readonly timer: NodeJS.Timeout;
  /** The connections and processes of the last look: while they are the same, so is whose they are, and that costs most. */
  private last = "";
  private linked: number[] = [];

  constructor(
    private readonly port: number,
    private readonly pids: () => readonly number[],
  ) {
    this.timer = setInterval(() => this.now(), LOOK);
  }

  /** Process ids of those that are connected now. */
  now(): number[] {
    const sockets = new Set(
      readFileSync("/proc/net/tcp", "latin1")
        .split("\n")
        .slice(1)
        .map((line) => line.trim().split(/ +/))
        .filter((fields) => fields[3] === ESTABLISHED && Number.parseInt(fields[2]?.slice(-4) ?? "", 16) === this.port)
        .map((fields) => `socket:[${fields[9]}]`),
    );
    const pids = this.pids();
    const seen = [...sockets, ...pids].join();
    if (seen === this.last) return this.linked;
    this.last = seen;
    this.linked = pids.filter((pid) => filesOf(pid).some((file) => sockets.has(file)));
    this.most = Math.max(this.most, this.linked.length);
    return this.linked;
  }

  stop(): void {
    clearInterval(this.timer);
  }
}

/** What a process has open; nothing when it has gone. */
function filesOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).flatMap((name) => {
      try {
        return readlinkSync(join(folder, name));
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}
