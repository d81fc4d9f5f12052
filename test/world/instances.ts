import type { ProcessMark } from "../../lib/host.js";
import type { DocumentRow } from "../../lib/ledger/index.js";
import {
  type Beat,
  INSTANCE,
  type InstanceKey,
  type Instances,
  notOurs,
  type TakenOver,
  takenName,
} from "../../lib/ledger/instances.js";
import type { LedgerFile } from "./ledger-file.js";

/** A row of the table `instances`. */
export interface InstanceRow extends ProcessMark {
  id: string;
  epoch: number;
  /** By the database's clock. */
  leaseUntil: number;
  takenBy: string;
}

/** What the table needs of the ledger that it is in. */
export interface SharedWorld {
  /** The database's clock. */
  now(): number;
  /** A statement by itself. */
  aside<T>(job: () => T): Promise<T>;
}

/** Those who share a simulated ledger, as one of them sees them: the rules of `lib/ledger/sql/instances.ts`. */
export class SimInstances implements Instances {
  me: InstanceKey | undefined;

  constructor(
    private readonly file: LedgerFile,
    private readonly world: SharedWorld,
    private readonly write: <T>(job: () => T) => Promise<T>,
    private readonly unknown: (id: string) => void,
  ) {}

  async join(id: string, mark: ProcessMark): Promise<void> {
    await this.world.aside(() => {
      const leaseUntil = this.world.now() + INSTANCE.lasts;
      this.file.instances.push({ ...mark, id, epoch: 1, leaseUntil, takenBy: "" });
    });
    this.me = { id, epoch: 1 };
  }

  renew(): Promise<Beat> {
    const { me, world } = this;
    return world.aside(() => {
      const { instances } = this.file;
      const now = world.now();
      const mine = instances.findIndex(({ id, epoch }) => id === me?.id && epoch === me.epoch);
      if (mine !== -1) (instances[mine] as InstanceRow).leaseUntil = now + INSTANCE.lasts;
      const others = instances.filter(({ id, takenBy }) => takenBy === "" && id !== me?.id);
      const alive = others.filter(({ leaseUntil }) => leaseUntil > now);
      return {
        held: mine !== -1,
        leads: mine !== -1 && alive.every((one) => instances.indexOf(one) > mine),
        alone: alive.length === 0,
        others: others.map(({ id, host, pid, boot, started, leaseUntil }) => ({
          ...{ id, host, pid, boot, started, over: isOver(leaseUntil, now) },
          left: leaseUntil === Number.NEGATIVE_INFINITY,
        })),
      };
    });
  }

  takeOver(dead: readonly string[], silent: boolean): Promise<TakenOver> {
    return this.write(() => {
      const { file, world } = this;
      const me = this.me?.id ?? "";
      const now = world.now();
      const over = file.instances.filter(
        ({ id, takenBy, leaseUntil }) =>
          takenBy === "" && id !== me && ((silent && isOver(leaseUntil, now)) || dead.includes(id)),
      );
      for (const one of over) file.changeInstance(one, { epoch: one.epoch + 1, takenBy: me });
      const known = new Set(file.instances.flatMap(({ id, takenBy }) => (takenBy === "" ? [id] : [])));
      const taken = file.rows.filter(({ settled, owner }) => !settled && !known.has(owner));
      for (const row of taken) {
        file.replaced(row, { ...row, owner: me, epoch: row.epoch + 1 });
        if (row.state === "sending") this.unknown(row.id);
      }
      return { instances: over.map(({ id }) => id), documents: taken.length };
    });
  }

  async leave(): Promise<void> {
    const { me } = this;
    await this.world.aside(() => {
      const mine = this.file.instances.find(({ id, epoch }) => id === me?.id && epoch === me.epoch);
      if (mine) mine.leaseUntil = Number.NEGATIVE_INFINITY;
    });
  }

  /** Others have taken over what was ours. */
  get isOver(): boolean {
    const { me } = this;
    return me !== undefined && !this.file.instances.some(({ id, epoch }) => id === me.id && epoch === me.epoch);
  }
}

const isOver = (leaseUntil: number, now: number) => leaseUntil < now - INSTANCE.grace;

const nameOf = (business: string, name: string) => `${business}/${name}`.toLowerCase();

/** Throws SW-FENCED when an open document is another's. */
export function assertOurs(row: DocumentRow, me: string): void {
  if (!row.settled && row.owner !== me) throw notOurs(row.fileName);
}

/** As `takeName` of `lib/ledger/sql/instances.ts`. */
export function takeName(file: LedgerFile, { id, business, sha256 }: DocumentRow, fileName: string, me: string): void {
  const name = nameOf(business, fileName);
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
