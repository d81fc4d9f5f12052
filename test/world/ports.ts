import type { Clock } from "../../lib/clock.js";
import type { Host, ProcessMark } from "../../lib/host.js";
import type { Ids } from "../../lib/ids.js";
import { Fault } from "./decisions.js";
import type { Life } from "./scheduler.js";
import type { World } from "./world.js";

/** What a call of a dead process ends in; it does nothing any more. */
export class Killed extends Error {}

const KILL = new Fault("killed before", 0.002);
const KILL_AFTER = new Fault("killed after", 0.002);
const LATE = new Fault("a moment late", 0.3);
const VERY_LATE = new Fault("seconds late", 0.02);
const JUMP = new Fault("the clock jumps", 0.004);

/** 1 January 2026, 08:00 in China. */
const EPOCH = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;

/** What one process does in the world: each call is a point where others may go on before it, or where it ends. */
export class Doer {
  constructor(
    readonly world: World,
    readonly life: Life,
  ) {}

  /** How late something is done. */
  latency(): number {
    const { decisions } = this.world;
    if (decisions.happens(VERY_LATE, this.life.number)) return 200 + decisions.amount * 8000;
    return decisions.happens(LATE, this.life.number) ? decisions.amount * 40 : 0;
  }

  /** Work that the process waits for; what it throws is what the process gets. */
  later<T>(what: string, work: () => T): Promise<T> {
    const { life, world } = this;
    return new Promise((resolve, reject) => {
      if (life.dead) return;
      world.scheduler.at(
        world.scheduler.now + this.latency(),
        () => {
          if (this.dies(KILL, what)) return;
          try {
            const value = work();
            if (this.dies(KILL_AFTER, what)) return;
            resolve(value);
          } catch (error) {
            reject(error);
          }
        },
        life,
      );
    });
  }

  /** Work that is done at once; `changes` something outside of the process. */
  now<T>(what: string, changes: boolean, work: () => T): T {
    if (this.life.dead) throw new Killed();
    if (!changes) return work();
    if (this.dies(KILL, what)) throw new Killed();
    const value = work();
    if (this.dies(KILL_AFTER, what)) throw new Killed();
    return value;
  }

  private dies(fault: Fault, what: string): boolean {
    const { world, life } = this;
    if (!world.decisions.happens(fault, life.number)) return false;
    world.tell(life.name, `${fault.name}: ${what}`);
    world.kill(life);
    return true;
  }
}

/** The clock of the machine, as one process sees it. */
export class SimClock implements Clock {
  constructor(private readonly doer: Doer) {}

  now(): number {
    const { world, life } = this.doer;
    if (world.decisions.happens(JUMP, life.number)) {
      life.machine.ahead += world.decisions.amount < 0.5 ? DAY : -DAY;
      world.tell("clock", `of ${life.machine.name} jumps, now ${life.machine.ahead / DAY} days ahead`);
    }
    return Math.floor(EPOCH + world.scheduler.now + life.machine.ahead);
  }

  monotonic(): number {
    return this.doer.world.scheduler.now;
  }

  after(milliseconds: number, call: () => void): () => void {
    const { world, life } = this.doer;
    if (life.dead) return () => {};
    const event = world.scheduler.at(world.scheduler.now + Math.max(0, milliseconds), call, life);
    return () => {
      event.run = undefined;
    };
  }

  every(milliseconds: number, call: () => void): () => void {
    let cancel = this.after(milliseconds, again);
    const self = this;
    function again(): void {
      cancel = self.after(milliseconds, again);
      call();
    }
    return () => cancel();
  }

  pause(): Promise<void> {
    return this.doer.later("pause", () => undefined);
  }
}

/** Names of a world: each once, the same ones in each run. */
export class SimIds implements Ids {
  private lastTime = 0;
  private counter = 0;
  private handles = 0;

  constructor(
    private readonly doer: Doer,
    private readonly name: string,
  ) {}

  document(now: number): string {
    if (now > this.lastTime) {
      this.lastTime = now;
      this.counter = 0;
    } else this.counter++;
    const hex = this.lastTime.toString(16).padStart(12, "0");
    const tail = (this.doer.world.documentIds++).toString(16).padStart(12, "0");
    const step = this.counter.toString(16).padStart(3, "0");
    return `${hex.slice(0, 8)}-${hex.slice(8)}-7${step}-8000-${tail}`;
  }

  handle(): string {
    return `${this.name}-${++this.handles}`;
  }

  jitter(): number {
    return this.doer.world.decisions.draw();
  }
}

export class SimHost implements Host {
  readonly leases = new Set<string>();

  constructor(private readonly doer: Doer) {}

  mark(): ProcessMark {
    const { life } = this.doer;
    return { host: life.machine.name, pid: 100 + life.number, boot: "boot", started: String(life.number) };
  }

  runs(mark: ProcessMark): boolean | undefined {
    if (mark.host !== this.doer.life.machine.name) return undefined;
    const other = this.doer.world.lives.find(({ number }) => String(number) === mark.started);
    return other !== undefined && !other.dead;
  }

  fingerprint(): string {
    return this.doer.life.machine.name;
  }
}
