import type { ProcessMark } from "../../lib/host.js";
import type { DocumentRow, EventNote } from "../../lib/ledger/index.js";
import {
  type Beat,
  GAVE_UP,
  INSTANCE,
  type InstanceKey,
  type Instances,
  nameOf,
  notOurs,
  type OtherInstance,
  type RootSight,
  type Said,
  type SeenInstance,
  type TakenOver,
  takenName,
} from "../../lib/ledger/instances.js";
import type { SharedPinAttempts } from "../../lib/signing/types.js";
import type { LedgerFile } from "./ledger-file.js";

/** A row of the table `instances`. */
export interface InstanceRow extends ProcessMark {
  id: string;
  epoch: number;
  /** By the database's clock. */
  leaseUntil: number;
  joinedAt: number;
  takenBy: string;
  takenAt: number;
  awaySince?: number;
  gaveUpAt?: number;
  said?: RootSight;
}

/** What the table needs of the ledger that it is in. */
export interface SharedWorld {
  /** The database's clock. */
  now(): number;
  /** Milliseconds that others wait after a lease. */
  grace: number;
  /** A statement by itself. */
  aside<T>(job: () => T): Promise<T>;
}

/** Those who share a simulated ledger, as one of them sees them: the rules of `lib/ledger/sql/instances.ts`. */
export class SimInstances implements Instances {
  /** There is no card in the world. */
  readonly pins = { useSecret: () => {} } as unknown as SharedPinAttempts;
  me: InstanceKey | undefined;

  get own(): string {
    return this.me?.id ?? "";
  }

  private name = "";

  constructor(
    private readonly file: LedgerFile,
    private readonly world: SharedWorld,
    private readonly ledger: {
      read<T>(job: () => T): Promise<T>;
      write<T>(job: () => T): Promise<T>;
      tell(row: DocumentRow, note: EventNote): void;
    },
  ) {}

  async join(id: string, mark: ProcessMark): Promise<void> {
    await this.world.aside(() => {
      const leaseUntil = this.world.now() + INSTANCE.lasts;
      const joinedAt = this.world.now();
      this.file.instances.push({ ...mark, id, epoch: 1, leaseUntil, joinedAt, takenBy: "", takenAt: 0 });
    });
    this.name = nameOf(mark);
    this.me = { id, epoch: 1 };
  }

  renew({ reach = "", root = "", token = "", before = "" }: Partial<Said> = {}): Promise<Beat> {
    const { me, world } = this;
    return world.aside(() => {
      const { instances } = this.file;
      const now = world.now();
      const mine = instances.findIndex(({ id, epoch }) => id === me?.id && epoch === me.epoch);
      const own = instances[mine];
      if (own) {
        own.leaseUntil = now + INSTANCE.lasts;
        own.said = { root, token, before };
        own.awaySince = reach === "away" ? own.awaySince || now : 0;
        if (reach === "reached") own.gaveUpAt = 0;
      }
      const others = this.othersAt(now);
      return {
        held: mine !== -1,
        leads: mine !== -1 && !others.some(({ leads }) => leads),
        alone: others.every(({ over }) => over),
        others,
      };
    });
  }

  others(): Promise<OtherInstance[]> {
    return this.world.aside(() => this.othersAt(this.world.now()));
  }

  private othersAt(now: number): OtherInstance[] {
    const line = this.file.instances.filter(({ takenBy }) => takenBy === "");
    return line
      .filter(({ id }) => id !== this.me?.id)
      .map((one) => ({
        ...{ id: one.id, host: one.host, pid: one.pid, boot: one.boot, started: one.started },
        ...{ over: this.isSilent(one.leaseUntil, now), left: one.leaseUntil === Number.NEGATIVE_INFINITY },
        ...{ leads: one === line[0], awaySince: one.awaySince ?? 0, gaveUp: gaveUpLately(one, now) },
        ...(one.said ?? { root: "", token: "", before: "" }),
      }));
  }

  giveUp(): Promise<boolean> {
    const { me, world } = this;
    return world.aside(() => {
      const { instances } = this.file;
      const now = world.now();
      const line = instances.filter(({ takenBy }) => takenBy === "");
      const own = line.find(({ id, epoch }) => id === me?.id && epoch === me.epoch);
      const next = line.some((one) => one !== own && one.leaseUntil > now && !gaveUpLately(one, now));
      if (!own || own !== line[0] || !next) return false;
      instances.splice(instances.indexOf(own), 1);
      instances.push(Object.assign(own, { gaveUpAt: now, awaySince: 0 }));
      return true;
    });
  }

  async takeOver(dead: readonly string[], silent: boolean, told = true): Promise<TakenOver> {
    const { instances, changed } = await this.ledger.write(() => this.taking(dead, silent, told));
    for (const { row, notes } of changed) for (const note of notes) this.ledger.tell(row, note);
    return { instances, documents: changed.length };
  }

  toSend(after: string, limit: number): Promise<DocumentRow[]> {
    return this.ledger.read(() => this.ready(this.me?.id, after).slice(0, limit));
  }

  handOver(most: number): Promise<number> {
    return this.ledger.write(() => {
      const { file, world, me } = this;
      const leader = file.instances.find(({ takenBy }) => takenBy === "");
      if (!leader || leader.leaseUntil <= world.now() || leader.id === me?.id) return 0;
      const room = most - this.ready(leader.id, "").length;
      const given = room <= 0 ? [] : this.ready(me?.id, "").slice(0, room);
      for (const row of given) {
        file.replaced(row, { ...row, owner: leader.id, epoch: row.epoch + 1 });
        file.event(row.id, { event: "handed-over", text: `${this.name} → ${nameOf(leader)}` }, world.now());
      }
      return given.length;
    });
  }

  async takeHeld(id: string): Promise<DocumentRow> {
    const { row, note } = await this.ledger.write(() => {
      const { file, world } = this;
      const me = this.me?.id;
      const found = file.row(id);
      const holder = found && found.owner !== me && file.instances.find((one) => one.id === found.owner);
      const note = holder ? { event: "taken-over", text: `${nameOf(holder)} → ${this.name}` } : undefined;
      return { row: file.change(id, { me, takes: "held" }, {}, note, world.now()), note };
    });
    if (note) this.ledger.tell(row, note);
    return row;
  }

  seen(): Promise<SeenInstance[]> {
    return this.ledger.read(() => {
      const { file, me, world } = this;
      const leader = file.instances.find(({ takenBy }) => takenBy === "");
      const standing = ({ leaseUntil, takenBy }: InstanceRow): SeenInstance["standing"] => {
        if (leaseUntil === Number.NEGATIVE_INFINITY) return "left";
        if (takenBy !== "") return "taken-over";
        return leaseUntil > world.now() ? "alive" : "silent";
      };
      const seen = [...file.instances].reverse().map((one) => ({
        ...{ id: one.id, host: one.host, pid: one.pid, since: one.joinedAt, leaseUntil: Math.max(0, one.leaseUntil) },
        ...{ standing: standing(one), leads: one === leader, own: one.id === me?.id, takenBy: one.takenBy },
        ...{ awaySince: one.awaySince ?? 0, gaveUpAt: one.gaveUpAt ?? 0 },
        ...{ takenAt: one.takenAt, documents: file.rows.filter((row) => !row.settled && row.owner === one.id).length },
      }));
      return [...seen.filter(({ takenBy }) => takenBy === ""), ...seen.filter(({ takenBy }) => takenBy !== "")];
    });
  }

  async end(dead: readonly string[]): Promise<void> {
    await this.ledger.write(() => this.ending(dead, false));
  }

  beginAnew(): Promise<number> {
    return this.ledger.write(() => {
      const others = this.file.instances.filter(({ id, takenBy }) => takenBy === "" && id !== this.me?.id);
      const rests = others.map(({ leaseUntil }) => leaseUntil + this.world.grace - this.world.now());
      this.taking(
        others.map(({ id }) => id),
        false,
        false,
      );
      return Math.max(0, ...rests);
    });
  }

  async leave(): Promise<void> {
    const { me } = this;
    await this.world.aside(() => {
      const mine = this.file.instances.find(({ id, epoch }) => id === me?.id && epoch === me.epoch);
      if (mine) mine.leaseUntil = Number.NEGATIVE_INFINITY;
    });
  }

  /** Documents whose bytes for the broker are fixed. */
  private ready(owner: string | undefined, after: string): DocumentRow[] {
    return this.file.rows.filter(
      (row) =>
        !row.settled &&
        row.owner === owner &&
        row.wire !== "" &&
        row.id > after &&
        (row.state === "unknown" || (row.state === "claimed" && row.box === "TempBox" && row.retryAt === 0)),
    );
  }

  private ending(dead: readonly string[], silent: boolean): TakenOver["instances"] {
    const { file, world } = this;
    const me = this.me?.id ?? "";
    const now = world.now();
    const over = file.instances.filter(
      ({ id, takenBy, leaseUntil }) =>
        takenBy === "" && id !== me && ((silent && this.isSilent(leaseUntil, now)) || dead.includes(id)),
    );
    for (const one of over) file.changeInstance(one, { epoch: one.epoch + 1, takenBy: me, takenAt: now });
    return over.map(({ id, host, pid }) => ({ id, host, pid }));
  }

  private taking(dead: readonly string[], silent: boolean, told: boolean) {
    const { file, world } = this;
    const me = this.me?.id ?? "";
    const now = world.now();
    const instances = this.ending(dead, silent);
    const known = new Set(file.instances.flatMap(({ id, takenBy }) => (takenBy === "" ? [id] : [])));
    const open = file.rows.filter(({ settled, owner }) => !settled && !known.has(owner));
    const changed = open.map((row) => {
      const from = file.instances.find(({ id }) => id === row.owner);
      const notes: EventNote[] = [];
      if (told && from) notes.push({ event: "taken-over", text: `${nameOf(from)} → ${this.name}` });
      for (const note of notes) file.event(row.id, note, now);
      let next: DocumentRow = { ...row, owner: me, epoch: row.epoch + 1 };
      file.replaced(row, next);
      if (row.state === "sending") {
        const note = { event: "unknown", text: "stopped while sending" };
        next = file.change(row.id, { from: ["sending"], to: "unknown" }, {}, note, now);
        if (told) notes.push(note);
      }
      return { row: next, notes };
    });
    return { instances, changed };
  }

  private isSilent(leaseUntil: number, now: number): boolean {
    return leaseUntil < now - this.world.grace;
  }

  /** Others have taken over what was ours. */
  get isOver(): boolean {
    const { me } = this;
    return me !== undefined && !this.file.instances.some(({ id, epoch }) => id === me.id && epoch === me.epoch);
  }
}

const gaveUpLately = ({ gaveUpAt }: InstanceRow, now: number) => !!gaveUpAt && gaveUpAt > now - GAVE_UP;

const inOutBox = (business: string, name: string) => `${business}/${name}`.toLowerCase();

/** Throws SW-FENCED, with the name of who has it, when a document is another's. */
export function assertOurs({ instances }: LedgerFile, row: DocumentRow, me: string): void {
  if (row.owner === me) return;
  const holder = instances.find(({ id }) => id === row.owner);
  throw notOurs(row.fileName, holder && nameOf(holder));
}

/** As `takeName` of `lib/ledger/sql/instances.ts`. */
export function takeName(file: LedgerFile, { id, business, sha256 }: DocumentRow, fileName: string, me: string): void {
  const name = inOutBox(business, fileName);
  const holder = file.names.get(name);
  const held = holder === undefined || holder === id ? undefined : file.row(holder);
  if (held && (held.owner !== me || held.sha256 === sha256)) throw takenName(fileName);
  file.setName(name, id);
}

export function freeNames(file: LedgerFile, id: string): void {
  for (const [name, holder] of file.names) if (holder === id) file.setName(name, undefined);
}

/** A name in OutBox is the document's while it is claimed, and another one when it goes back under another. */
export function keepNames(file: LedgerFile, row: DocumentRow, next: DocumentRow): void {
  const claimed = next.state === "claimed" && !next.settled;
  if (row.state === "claimed" && !claimed) freeNames(file, row.id);
  const moved = next.box === "OutBox" && (row.box !== "OutBox" || row.boxName !== next.boxName);
  if (claimed && moved) takeName(file, next, next.boxName, next.owner);
}
