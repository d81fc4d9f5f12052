import type { Clock } from "../clock.js";
import type { Ledger } from "../ledger/index.js";
import type { Reports } from "./reports.js";

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
/** So far the clock may be ahead of what we know without anybody asking: a night's sleep of the machine. */
const ALLOWED = 6 * HOUR;
const FACT = "trusted-time";

interface Known {
  /** The latest time that is believed, milliseconds since the epoch. */
  time: number;
  /** How far the clock was ahead of it when that was found, and for how long we have run since; absent when it is not. */
  ahead?: number;
  ran?: number;
}

/**
 * The time that may be believed before something is removed for its age. A clock that was set forward makes everything old at once: a
 * jump is believed only after a day of running with it, by the monotonic clock, or by a person's word. Kept over restarts.
 */
export class TrustedTime {
  private known: Known | undefined;
  private checkedAt: number;

  constructor(
    private readonly ledger: Pick<Ledger, "fact" | "setFact">,
    private readonly clock: Clock,
    /** Hears once of a jump, in milliseconds. */
    private readonly onJump: (ahead: number) => void = () => {},
  ) {
    this.checkedAt = clock.monotonic();
  }

  /** Milliseconds since the epoch; behind the clock while that is not believed. To be asked at least every few hours. */
  async now(): Promise<number> {
    const known = await this.read();
    const now = this.clock.now();
    const elapsed = this.clock.monotonic() - this.checkedAt;
    this.checkedAt += elapsed;
    const expected = known.time + elapsed;
    const ahead = now - expected;
    if (ahead <= ALLOWED) return this.keep({ time: now });
    const ran = (known.ran ?? 0) + elapsed;
    const isNew = known.ahead === undefined || ahead > known.ahead + ALLOWED;
    if (isNew) this.onJump(ahead);
    else if (ran >= DAY) return this.keep({ time: now });
    return this.keep({ time: expected, ahead: isNew ? ahead : (known.ahead as number), ran: isNew ? 0 : ran });
  }

  /** A person says that the clock is right. */
  async believe(): Promise<void> {
    this.checkedAt = this.clock.monotonic();
    await this.keep({ time: this.clock.now() });
  }

  private async read(): Promise<Known> {
    if (this.known) return this.known;
    const kept = await this.ledger.fact(FACT);
    this.known = kept === undefined ? { time: this.clock.now() } : (JSON.parse(kept) as Known);
    return this.known;
  }

  private async keep(known: Known): Promise<number> {
    this.known = known;
    await this.ledger.setFact(FACT, JSON.stringify(known));
    return known.time;
  }
}

/** Says that nothing is removed for a while, when the jump is more than a machine that was switched off over some days. */
export function reportJump(reports: Reports, ahead: number): void {
  const days = Math.round(ahead / DAY);
  if (days < 7) return;
  const text = {
    zh: `系统时间向前跳了 ${days} 天。在连续运行一天或由人确认之前，不会按保留期删除归档和日志`,
    en: `the clock jumped ${days} days forward. Archives and logs are not removed for their age until it has run like that for a day, or a person confirms it`,
  };
  reports.report("clock", { code: "SW-CLOCK", text });
}
