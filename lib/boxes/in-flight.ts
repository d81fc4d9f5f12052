import { EventEmitter } from "node:events";
import { type Clock, SYSTEM_CLOCK } from "../clock.js";
import { LARGE } from "../files/bytes.js";

/** A claim whose document is on its way through a flow. */
export interface OpenClaim {
  id: string;
  /** The node that emitted it: folder-watch counts its own against maxInFlight. */
  owner: string;
  /** Of its file, as far as it is in memory. */
  bytes: number;
  since: number;
  /** It was reported as overdue. */
  reported?: boolean;
}

/**
 * The claims that are out in messages now. It holds handles only; whatever happens to it, the ledger's open rows are the
 * truth. Emits `free` when a claim ends.
 */
export class InFlight extends EventEmitter<{ free: [OpenClaim] }> {
  private readonly open = new Map<string, OpenClaim>();

  constructor(private readonly clock: Clock = SYSTEM_CLOCK) {
    super();
  }

  take(id: string, owner: string, bytes = 0): void {
    this.open.set(id, { id, owner, bytes, since: this.clock.now() });
  }

  has(id: string): boolean {
    return this.open.has(id);
  }

  release(id: string): void {
    const claim = this.open.get(id);
    if (!claim) return;
    this.open.delete(id);
    this.emit("free", claim);
  }

  /** Forgets every claim of a node that stops; their rows stay open and are given out again. */
  releaseOwner(owner: string): void {
    for (const claim of [...this.open.values()]) if (claim.owner === owner) this.release(claim.id);
  }

  /** The claims of a node that are out. */
  ids(owner: string): string[] {
    return [...this.open.values()].flatMap((claim) => (claim.owner === owner ? [claim.id] : []));
  }

  /** Claims that are out for longer than so many milliseconds, each reported once. */
  overdue(limit: number): OpenClaim[] {
    const now = this.clock.now();
    const late: OpenClaim[] = [];
    for (const claim of this.open.values()) {
      if (claim.reported || now - claim.since <= limit) continue;
      claim.reported = true;
      late.push(claim);
    }
    return late;
  }

  /** Bytes of the large files among the claims of a node. */
  largeBytes(owner: string): number {
    let sum = 0;
    for (const claim of this.open.values()) if (claim.owner === owner && claim.bytes > LARGE) sum += claim.bytes;
    return sum;
  }

  count(owner?: string): number {
    if (owner === undefined) return this.open.size;
    let count = 0;
    for (const claim of this.open.values()) if (claim.owner === owner) count++;
    return count;
  }
}
