import { ImportClientError } from "../errors.js";
import type { Ports } from "../files/ports.js";
import {
  type Beat,
  INSTANCE,
  type Instances,
  type OtherInstance,
  type Reach,
  type TakenOver,
} from "../ledger/instances.js";
import type { LeaseHolder } from "./lease-file.js";
import { othersAtWork, type SharedRoot } from "./shared-root.js";

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
  /** Why it may not work although its lease is good. */
  readonly fault?: ImportClientError | undefined;
  /** What a lease of several has beside that: who leads may be another one. */
  readonly lead?: Lead;
  /** Takes it when it is free: undefined when it is held now, else who has it. */
  take(): PerhapsPromise<{ holder: LeaseHolder | undefined } | undefined>;
  /** What it is held by may not be there any more: `take` looks again. */
  doubt?(): PerhapsPromise<void>;
  /** Throws SW-FENCED when somebody else may have it by now. Cheap. */
  assertHeld(): void;
  release(): PerhapsPromise<void>;
}

/** Of several instances, who has the link to the broker and whether that one reaches it (line 12). */
export interface Lead {
  /** Whether this one reaches the broker, for all others to know from its next renewal on. */
  reach: Reach;
  /** The one that leads, where that is another one. */
  readonly leader: OtherInstance | undefined;
  /** Somebody else is alive who has not given the lead up himself lately. */
  readonly mayGiveUp: boolean;
  /**
   * Leads no more from the moment it is asked for, and lets another one lead once `away` has resolved: this one has no connection to the
   * broker then. False, and it leads as before, when nobody is there by then. Rejects with what keeps the database from it.
   */
  giveUp(away: () => Promise<void>): Promise<boolean>;
  /** Leads nobody for so many milliseconds: it has ended others, who may be alive and not know it yet. */
  holdBack(milliseconds: number): void;
}

type PerhapsPromise<T> = T | Promise<T>;

/**
 * The lease of one of several processes that share a root and its ledger in a database (several machines, lines 1 to 4). It is renewed by
 * the database's clock and trusted by our own monotonic one, from before each renewal was asked for; past that nothing is claimed, signed
 * or published. Whoever finds that another one is dead, or silent for too long, takes over what that one owns.
 */
export class InstanceLease implements Holding, Lead {
  readonly shared = true;
  reach: Reach = "";
  leader: OtherInstance | undefined;
  mayGiveUp = false;
  alone = false;
  count = 1;
  /** By the last renewal it is the first in the line. */
  private isFirst = false;
  private givesUp = false;
  /** By the monotonic clock. */
  private leadsFrom = Number.NEGATIVE_INFINITY;
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
    private readonly root: SharedRoot,
  ) {}

  get fault(): ImportClientError | undefined {
    return this.root.fault;
  }

  get holding(): string {
    return this.id;
  }

  get lead(): Lead {
    return this;
  }

  get leads(): boolean {
    return this.isFirst && !this.givesUp && this.ports.clock.monotonic() >= this.leadsFrom;
  }

  holdBack(milliseconds: number): void {
    this.leadsFrom = Math.max(this.leadsFrom, this.ports.clock.monotonic() + milliseconds);
  }

  /**
   * To be asked before anything is written, and with what a person has confirmed. Rejects with SW-FOLDER while another one that is alive works
   * in another root, and with SW-OWNER where anybody is alive and it is about what all of them share.
   */
  async assertMayJoin(confirmed: boolean): Promise<void> {
    const others = await this.instances.others();
    const alive = others.find((other) => this.isAlive(other));
    if (!alive) return;
    this.root.look(
      others.find(({ leads }) => leads),
      true,
    );
    if (this.root.fault) throw this.root.fault;
    if (confirmed) throw othersAtWork(alive);
  }

  /**
   * Renews it; where others have taken over, this process joins anew. Rejects with SW-LEDGER while the database is away, and with SW-FOLDER while
   * another one that is alive works in another root.
   */
  async take(): Promise<undefined> {
    // Who may not work in its root is in nobody's way, and leads nobody: else all would wait for one another once the leader has gone.
    if (this.isTrusted && this.fault) await this.release();
    if (this.isTrusted) return undefined;
    if (this.id !== "") await this.beat();
    if (this.isTrusted) return undefined;
    const { clock, ids, host } = this.ports;
    this.drop();
    this.root.forget();
    await this.assertMayJoin(false);
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
    const { fault } = this.root;
    if (fault) {
      await this.release();
      throw fault;
    }
    this.endBeating = clock.every(INSTANCE.renew, () => void this.beat().catch(() => undefined));
    return undefined;
  }

  async doubt(): Promise<void> {
    // A renewal that is under way may have been answered by the database before.
    await this.beating?.catch(() => undefined);
    this.until = Number.NEGATIVE_INFINITY;
  }

  /** From now on `listener` hears of what is taken over, and at once of what was. */
  followTakeovers(listener: (taken: TakenOver) => void): void {
    this.onTaken = listener;
    for (const taken of this.untold.splice(0)) listener(taken);
  }

  async giveUp(away: () => Promise<void>): Promise<boolean> {
    this.givesUp = true;
    try {
      await away();
      if (!(await this.instances.giveUp())) return false;
      // A renewal that was asked for before that may still say that this one leads.
      await this.beating?.catch(() => undefined);
      this.isFirst = false;
    } catch (error) {
      // It may have been done: the next renewal tells.
      await this.beating?.catch(() => undefined);
      this.isFirst = false;
      throw error;
    } finally {
      this.givesUp = false;
    }
    await this.beat().catch(() => undefined);
    return true;
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

  private async beatNow(trusted = this.isTrusted): Promise<void> {
    const start = this.ports.clock.monotonic();
    const said = this.root.says(this.isFirst);
    const beat = await this.instances.renew({ ...said, reach: this.reach });
    if (!beat.held) {
      this.until = Number.NEGATIVE_INFINITY;
      return;
    }
    if (!trusted) this.since = start;
    this.until = start + INSTANCE.trusted;
    this.isFirst = beat.leads;
    this.alone = beat.alone;
    this.leader = beat.others.find(({ leads }) => leads);
    const alive = beat.others.filter((other) => this.isAlive(other));
    this.root.look(this.leader, this.leader !== undefined && this.isAlive(this.leader));
    this.count = 1 + beat.others.filter(({ over, left }) => !over && !left).length;
    this.mayGiveUp = beat.leads && alive.some(({ gaveUp }) => !gaveUp);
    if (beat.leads) {
      // All others are told which root this one sees before any of them looks for it.
      if (said.token === "") return this.beatNow(trusted);
      void this.root.write();
    }
    // What another one had claimed may not be in this folder.
    if (!this.root.isSure) return;
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

  private isAlive(other: OtherInstance): boolean {
    return !other.over && !this.isDead(other);
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
    this.isFirst = false;
    this.leader = undefined;
    this.mayGiveUp = false;
    this.ports.host.leases.delete(this.id);
    this.id = "";
  }
}
