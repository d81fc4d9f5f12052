import { codeOf, ImportClientError } from "../errors.js";
import type { HeldFile } from "../files/disk.js";
import type { Ports } from "../files/ports.js";
import type { ProcessMark } from "../host.js";
import type { Holding } from "./instance-lease.js";

/** Who works on a root. */
export interface LeaseHolder extends ProcessMark {
  /** Of this one holding. */
  id: string;
  /** Since when, by the holder's clock; milliseconds since the epoch. */
  since: number;
}

/**
 * Milliseconds: between two renewals; without one until others take the lease over; and until its holder does not trust it any more,
 * which is earlier, for a renewal takes its time to be seen.
 */
export const LEASE = { renew: 3_000, lasts: 20_000, trusted: 14_000 } as const;

/** The file has this many bytes whatever stands in it, so that it can be written again in its place. */
const SIZE = 1024;

/**
 * One process a root (design, "Identity"): a file that its holder made, alone, keeps open and renews in its place. Others take it
 * over when its process does not run any more, or, where that cannot be known, when it has not changed for longer than a lease by
 * their own monotonic clock; no two machines' clocks are compared. Taking over moves the file away before a new one is made: a
 * holder that was frozen meanwhile writes into the old one, and its next check finds that.
 */
export class LeaseFile implements Holding {
  readonly shared = false;
  readonly leads = true;
  readonly alone = true;
  readonly count = 1;
  private file: HeldFile | undefined;
  private id = "";
  private renewals = 0;
  /** Trusted until then, by the monotonic clock. */
  private until = Number.NEGATIVE_INFINITY;
  /** What another holder's file said, and since when it has said so. */
  private seen: { content: string; since: number } | undefined;
  private endRenewing: (() => void) | undefined;

  constructor(
    private readonly path: string,
    private readonly ports: Ports,
  ) {}

  /** Held, and renewed lately enough. */
  get held(): boolean {
    return this.file !== undefined && this.ports.clock.monotonic() < this.until;
  }

  /** Name of this holding; another one has another name. */
  get holding(): string {
    return this.id;
  }

  /**
   * Takes the lease when it is free. Returns undefined when it is held now, else who has it; that is empty where it cannot be read.
   * Throws what the file system says.
   */
  take(): { holder: LeaseHolder | undefined } | undefined {
    if (this.isHeld()) return undefined;
    this.drop();
    const content = this.read();
    if (content !== undefined) {
      const holder = parsed(content);
      if (!this.isOver(content, holder) || !this.moveAway(content)) return { holder };
    }
    return this.make();
  }

  /** Throws SW-FENCED when somebody else may have the root by now. Cheap: the file is read only after a renewal was missed. */
  assertHeld(): void {
    if (!this.isHeld()) throw fenced();
  }

  /** Gives it up, so that the next one need not wait. */
  release(): void {
    try {
      if (this.isHeld()) this.ports.disk.remove(this.path);
    } catch {
      // A share that is away: the lease runs out by itself.
    }
    this.drop();
  }

  /** Is it held? When a renewal was missed, for the process was frozen say, it is read and renewed at once. */
  private isHeld(): boolean {
    if (!this.file) return false;
    if (this.held) return true;
    try {
      if (this.isMine()) {
        const start = this.ports.clock.monotonic();
        this.file.writeNow(this.next());
        if (this.isMine()) this.until = start + LEASE.trusted;
        return this.held;
      }
    } catch {
      return false; // The root cannot be reached: neither held nor lost.
    }
    this.drop();
    return false;
  }

  private async renew(): Promise<void> {
    const { file } = this;
    if (!file) return;
    try {
      const start = this.ports.clock.monotonic();
      if (this.isMine()) {
        await file.write(this.next());
        await file.sync();
        if (this.file !== file) return;
        if (this.isMine()) {
          this.until = start + LEASE.trusted;
          return;
        }
      }
    } catch {
      return; // It runs out unless the next renewal can be written.
    }
    this.drop();
  }

  private make(): { holder: LeaseHolder | undefined } | undefined {
    const { disk, clock, ids, host } = this.ports;
    const id = ids.handle();
    const start = clock.monotonic();
    this.id = id;
    this.renewals = 0;
    this.since = clock.now();
    this.mark = host.mark();
    try {
      this.file = disk.hold(this.path, this.next());
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
      return { holder: parsed(this.read() ?? "") };
    }
    host.leases.add(id);
    this.seen = undefined;
    this.until = start + LEASE.trusted;
    this.endRenewing = clock.every(LEASE.renew, () => void this.renew());
    return undefined;
  }

  private since = 0;
  private mark: ProcessMark = { host: "", pid: 0, boot: "", started: "" };

  /** The bytes of the next renewal. */
  private next(): Buffer {
    const { id, since, mark } = this;
    const text = JSON.stringify({ id, ...mark, since, renewals: ++this.renewals });
    return Buffer.from(`${text.padEnd(SIZE - 1)}\n`).subarray(0, SIZE);
  }

  private isOver(content: string, holder: LeaseHolder | undefined): boolean {
    const { clock, host } = this.ports;
    if (holder) {
      const own = host.mark();
      const isOurs = holder.host === own.host && holder.boot === own.boot && holder.pid === own.pid;
      if (isOurs && holder.started === own.started) return !host.leases.has(holder.id);
      if (host.runs(holder) === false) return true;
    }
    if (this.seen?.content !== content) this.seen = { content, since: clock.monotonic() };
    return clock.monotonic() - this.seen.since > LEASE.lasts;
  }

  /** Moves a lease that is over out of the way; false when it was another one by then, which is put back. */
  private moveAway(content: string): boolean {
    const { disk, ids } = this.ports;
    const aside = `${this.path}.${ids.handle()}`;
    try {
      disk.rename(this.path, aside);
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
      // Over a network it may say so of a rename that succeeded: what was moved tells.
      if (!disk.exists(aside)) return true;
    }
    const isThatOne = disk.read(aside).toString("utf8") === content;
    if (!isThatOne) {
      try {
        disk.link(aside, this.path);
      } catch {
        // A third one was faster: who held it sees that at its next check.
      }
    }
    disk.remove(aside);
    return isThatOne;
  }

  private isMine(): boolean {
    return parsed(this.read() ?? "")?.id === this.id;
  }

  private read(): string | undefined {
    try {
      return this.ports.disk.read(this.path).toString("utf8");
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined;
      throw error;
    }
  }

  private drop(): void {
    this.endRenewing?.();
    this.endRenewing = undefined;
    this.file?.close();
    this.file = undefined;
    this.until = Number.NEGATIVE_INFINITY;
    this.ports.host.leases.delete(this.id);
  }
}

/** Who has the lease that lies at a path; undefined where none can be read. */
export function holderAt(path: string, disk: Pick<Ports["disk"], "read">): LeaseHolder | undefined {
  try {
    return parsed(disk.read(path).toString("utf8"));
  } catch {
    return undefined;
  }
}

function parsed(content: string): LeaseHolder | undefined {
  try {
    const holder = JSON.parse(content) as LeaseHolder;
    return typeof holder.id === "string" ? holder : undefined;
  } catch {
    return undefined;
  }
}

function fenced(): ImportClientError {
  return new ImportClientError("SW-FENCED", {
    zh: "本进程已不再持有该根目录，可能已由另一进程接管",
    en: "this process does not hold the root any more, another one may have taken it over",
  });
}

/** SW-OWNER: another process works on the root. It names who, so that a person can find it. */
export function occupied(root: string, holder: LeaseHolder | undefined): ImportClientError {
  const who = holder
    ? { zh: `${holder.host} 上的进程 ${holder.pid}`, en: `process ${holder.pid} on ${holder.host}` }
    : { zh: "另一进程", en: "another process" };
  const since = holder ? new Date(holder.since).toISOString() : "";
  return new ImportClientError(
    "SW-OWNER",
    {
      zh: `根目录 ${root} 正由${who.zh} 使用${since && `（自 ${since}）`}；等它结束后自动接管`,
      en: `the root ${root} is in use by ${who.en}${since && ` (since ${since})`}; it is taken over when that one ends`,
    },
    {
      advice: {
        zh: "同一根目录只能由一个进程使用：请停掉多余的一个，或为它设置另一个根目录。",
        en: "One process a root: stop the one too many, or give it a root of its own.",
      },
      details: { reason: "lease" },
    },
  );
}
