import { LEASE, type LeaseFile } from "../../client/lease-file.js";
import { ImportClientError } from "../../errors.js";
import type { Ports } from "../../files/ports.js";
import type { Ledger } from "../../ledger/index.js";
import { INSTANCE } from "../../ledger/instances.js";
import { inUse, rootInUse } from "./refusals.js";

/** Milliseconds between two looks at a root that a process of another machine may have. */
const AGAIN = 1_000;

/**
 * Takes the root, so that no client can open on it, whatever its ledger. A process on another machine counts as alive until its lease has
 * not changed for its whole time. Rejects with SW-OWNER, naming who has it.
 */
export async function takeRoot(file: LeaseFile, root: string, { clock, host }: Ports): Promise<void> {
  const end = clock.monotonic() + LEASE.lasts + 3 * AGAIN;
  for (;;) {
    const other = file.take();
    if (!other) return;
    const unknown = other.holder !== undefined && host.runs(other.holder) === undefined;
    if (!unknown || clock.monotonic() > end) throw rootInUse(root, other.holder);
    await new Promise<void>((resolve) => clock.after(AGAIN, resolve));
  }
}

/** That nobody else works with a ledger that several may share, for as long as it is held; of a file its root's lease says so. */
export class LedgerHolding {
  private lost = false;
  private endBeating: (() => void) | undefined;

  private constructor(
    private readonly ledger: Ledger,
    private readonly place: string,
  ) {}

  /**
   * Joins those that share it, as one of them. What wakes up of those that are gone commits nothing any more, nor does a copy that was killed:
   * once this resolves, the rows are what they are. Rejects with
   * SW-OWNER when one is alive, by its lease and the grace after it.
   */
  static async take(ledger: Ledger, place: string, { clock, ids, host }: Ports): Promise<LedgerHolding> {
    const holding = new LedgerHolding(ledger, place);
    const { instances } = ledger;
    if (!instances) return holding;
    await instances.join(ids.handle(), host.mark());
    const { others } = await instances.renew();
    const alive = others.find((other) => !other.left && !other.over && host.runs(other) !== false);
    if (alive) {
      await instances.leave();
      throw inUse(place, alive.host, alive.pid);
    }
    await instances.end(others.map(({ id }) => id));
    holding.endBeating = clock.every(INSTANCE.renew, () => void holding.beat());
    return holding;
  }

  /** Throws SW-FENCED when another one has taken it over meanwhile. */
  assertHeld(): void {
    if (!this.lost) return;
    throw new ImportClientError("SW-FENCED", {
      zh: `台账 ${this.place} 已由另一个进程接管`,
      en: `another process has taken over the ledger ${this.place}`,
    });
  }

  /** Others may have it at once. */
  async release(): Promise<void> {
    this.endBeating?.();
    await this.ledger.instances?.leave().catch(() => undefined);
  }

  private async beat(): Promise<void> {
    // A database that is away: the copy waits for it, and no commit goes through once others have taken over.
    const beat = await this.ledger.instances?.renew().catch(() => undefined);
    if (beat?.held === false) this.lost = true;
  }
}
