import type { Ports } from "../../lib/files/ports.js";
import { SYSTEM } from "../../lib/files/ports.js";
import type { ProcessMark } from "../../lib/host.js";
import { FakeClock } from "./fake-clock.js";

/** Processes of several machines over one file system, in one process of the test. */
export class Machines {
  private readonly running = new Map<string, ProcessMark>();
  private pids = 100;
  private starts = 0;

  /** A process that runs; its clock stands still until the test lets time pass. `pid`: one that was used before. */
  start(host: string, pid = ++this.pids): { ports: Ports & { clock: FakeClock }; end: () => void } {
    const mark: ProcessMark = { host, pid, boot: `boot of ${host}`, started: String(++this.starts) };
    const key = `${host} ${pid}`;
    this.running.set(key, mark);
    const ports = {
      ...SYSTEM,
      clock: new FakeClock(),
      host: {
        mark: () => mark,
        runs: (other: ProcessMark) => {
          if (other.host !== host) return undefined;
          const now = this.running.get(`${other.host} ${other.pid}`);
          return now !== undefined && now.started === other.started;
        },
        fingerprint: () => host,
        leases: new Set<string>(),
      },
    };
    return {
      ports,
      end: () => {
        if (this.running.get(key) === mark) this.running.delete(key);
      },
    };
  }
}
