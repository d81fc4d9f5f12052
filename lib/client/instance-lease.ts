import { ImportClientError } from "../errors.js";
import type { Ports } from "../files/ports.js";
import { type Beat, INSTANCE, type Instances, type TakenOver } from "../ledger/instances.js";
import type { LeaseHolder } from "./lease-file.js";

/** What `RootLease` asks whether this process may work on its root. */
export interface Holding {
  /** Name of this holding; another one has another name. */
  readonly holding: string;
  /** Several instances may work on the root. */
  readonly shared: boolean;
  /** Does what only one may do. */
  readonly leads: boolean;
  /** Nobody else is alive. */
  readonly alone: boolean;
  /** How many are at work on the root as far as is known, this one with them. */
  readonly count: number;
  /** Takes it when it is free: undefined when it is held now, else who has it. */
  take(): PerhapsPromise<{ holder: LeaseHolder | undefined } | undefined>;
  /** Throws SW-FENCED when somebody else may have it by now. Cheap. */
  assertHeld(): void;
  release(): PerhapsPromise<void>;
}

type PerhapsPromise<T> = T | Promise<T>;

/**
 * The lease of one of several processes that share a root and its ledger in a database (several machines, lines 1 to 4). It is renewed by
 * the database's clock and trusted by our own monotonic one, from before each renewal was asked for; past that nothing is claimed, signed
 * or published. Whoever finds that another one is dead, or silent for too long, takes over what that one owns.
 */
export class InstanceLease implements Holding {
  readonly shared = true;
  leads = false;
  alone = false;
  count = 1;
  private onTaken: ((taken: TakenOver) => void) | undefined;
  /** What was taken over before anybody listened. */
  private untold: TakenOver[] = [];
  private id = "";
  /** Trusted until then, by the monotonic clock. */
  private until = Number.NEGATIVE_INFINITY;
  /** Since when it has been renewed without a gap. */
  private since = Number.POSITIVE_INFINITY;
  private endBeating: (() => void) | undefined;
  private beating: Promise<void> | undefined;
  private taking: Promise<void> | undefined;

  constructor(
    private readonly instances: Instances,
    private readonly ports: Ports,
  ) {}

  get holding(): string {
    return this.id;
  }

  /** Renews it; where others have taken over, this process joins anew. Rejects with SW-LEDGER while the database is away. */
  async take(): Promise<undefined> {
    if (this.isTrusted) return undefined;
    if (this.id !== "") await this.beat();
    if (this.isTrusted) return undefined;
    const { clock, ids, host } = this.ports;
    this.drop();
    const id = ids.handle();
    host.leases.add(id);
    try {
      await this.instances.join(id, host.mark());
    } catch (error) {
      host.leases.delete(id);
      throw error;
    }
    this.id = id;
    await this.beat();
    await this.taking;
    this.endBeating = clock.every(INSTANCE.renew, () => void this.beat().catch(() => undefined));
    return undefined;
  }

  /** From now on `listener` hears of what is taken over, and at once of what was. */
  followTakeovers(listener: (taken: TakenOver) => void): void {
    this.onTaken = listener;
    for (const taken of this.untold.splice(0)) listener(taken);
  }

  assertHeld(): void {
    if (this.isTrusted) return;
    throw new ImportClientError("SW-FENCED", {
      zh: "本实例的租约未能续期，其单据可能已由另一实例接管",
      en: "this instance could not renew its lease, another one may have taken its documents over",
    });
  }

  async release(): Promise<void> {
    this.endBeating?.();
    this.endBeating = undefined;
    await this.beating?.catch(() => undefined);
    await this.taking?.catch(() => undefined);
    // A database that is away: the lease runs out by itself.
    if (this.id !== "") await this.instances.leave().catch(() => undefined);
    this.drop();
  }

  private get isTrusted(): boolean {
    return this.ports.clock.monotonic() < this.until;
  }

  /** One renewal at a time; who asks while one is under way gets that one's result. */
  private beat(): Promise<void> {
    this.beating ??= this.beatNow().finally(() => {
      this.beating = undefined;
    });
    return this.beating;
  }

  private async beatNow(): Promise<void> {
    const start = this.ports.clock.monotonic();
    const trusted = this.isTrusted;
    const beat = await this.instances.renew();
    if (!beat.held) {
      this.until = Number.NEGATIVE_INFINITY;
      return;
    }
    if (!trusted) this.since = start;
    this.until = start + INSTANCE.trusted;
    this.leads = beat.leads;
    this.alone = beat.alone;
    this.count = 1 + beat.others.filter(({ over, left }) => !over && !left).length;
    // Renewals do not wait for it.
    this.taking ??= this.takeOver(beat, trusted).finally(() => {
      this.taking = undefined;
    });
    this.taking.catch(() => undefined);
  }

  /**
   * After a time in which nobody could renew, the database having been away say, each of the others is given the time to do so. What
   * belongs to nobody is taken up when we join.
   */
  private async takeOver({ others, alone }: Beat, trusted: boolean): Promise<void> {
    const { clock } = this.ports;
    const dead = others.filter((other) => this.isDead(other)).map(({ id }) => id);
    const patient = clock.monotonic() - this.since > INSTANCE.lasts;
    const over = patient && others.some((other) => other.over);
    if (trusted && dead.length === 0 && !over) return;
    // One that starts after another one and is alone goes on after a stop, as with a ledger that nobody shares.
    const told = trusted || !alone;
    const taken = await this.instances.takeOver(dead, over, told);
    const own = this.ports.host.mark();
    const instances = taken.instances.filter(({ host, pid }) => host !== own.host || pid !== own.pid);
    if (told && (taken.documents > 0 || instances.some(({ left }) => !left))) {
      const tell = this.onTaken ?? ((untold) => this.untold.push(untold));
      tell({ ...taken, instances });
    }
    // Who leads may be another one now.
    if (taken.instances.length > 0) await this.beat();
  }

  private isDead(other: Beat["others"][number]): boolean {
    const { host } = this.ports;
    const own = host.mark();
    const isOurs = other.host === own.host && other.boot === own.boot && other.pid === own.pid;
    if (isOurs && other.started === own.started) return !host.leases.has(other.id);
    return other.left || host.runs(other) === false;
  }

  private drop(): void {
    this.endBeating?.();
    this.endBeating = undefined;
    this.until = Number.NEGATIVE_INFINITY;
    this.since = Number.POSITIVE_INFINITY;
    this.leads = false;
    this.ports.host.leases.delete(this.id);
    this.id = "";
  }
}
