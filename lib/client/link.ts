import { EventEmitter } from "node:events";
import { INSTANCE } from "../ledger/instances.js";
import type { Lead } from "./instance-lease.js";

/** `one`: of several instances the leader alone publishes and consumes, since an account is bound to one PC (faq client 6); `all`: each does. */
export const LINKS = ["one", "all"] as const;

export type LinkSetting = (typeof LINKS)[number];

/** Of a `RootLease`, what decides about the link. */
interface Lease {
  readonly shared: boolean;
  readonly leads: boolean;
  readonly held: boolean;
  readonly lead?: Pick<Lead, "leader"> | undefined;
}

/** A connection to the broker that is there as long as the link is open. */
export interface Linked {
  /** It stands. */
  readonly stands: boolean;
  /** Resolves when it is gone, and none is being made, once the link is not open any more. */
  gone(): Promise<void>;
}

/**
 * Whether this process may have a connection to the broker (several machines, line 12). Whoever leads has it for as long as it trusts its
 * lease; who follows gets it only once the leader was taken over, and its connection is closed by then (line 11). Emits `change`.
 */
export class Link extends EventEmitter<{ change: [] }> {
  /** One instance alone has it. */
  readonly single: boolean;
  private last = "";
  private heeds = false;
  private readonly linked = new Map<string, Linked>();

  constructor(
    private readonly lease: Lease,
    setting: LinkSetting,
  ) {
    super();
    this.setMaxListeners(0);
    this.single = lease.shared && setting === "one";
    this.last = this.now();
  }

  /** This process may send and receive. */
  get isOpen(): boolean {
    this.heed();
    return this.open;
  }

  /** Another one sends and receives, or will: what is ready to go out here goes to that one. */
  get follows(): boolean {
    this.heed();
    return this.following;
  }

  /** Another one sends and receives, and has said that it has no connection to the broker. */
  get waitsForLeader(): boolean {
    return this.follows && (this.lease.lead?.leader?.awaySince ?? 0) > 0;
  }

  /** A broker is reached by this link from now on; `undefined`: no more. */
  use(broker: string, connection: Linked | undefined): void {
    if (connection) this.linked.set(broker, connection);
    else this.linked.delete(broker);
  }

  /** Does any of the connections stand? Undefined where there is none to be made. */
  get reaches(): boolean | undefined {
    if (!this.isOpen || this.linked.size === 0) return undefined;
    return [...this.linked.values()].some(({ stands }) => stands);
  }

  /** Resolves when no connection is left; to be asked while the link is not open. */
  async gone(): Promise<void> {
    this.look();
    await Promise.all([...this.linked.values()].map((connection) => connection.gone()));
  }

  /**
   * Seconds of the connection's heartbeat, of which 0 is none: where others may take over, the broker has to let go of a silent process within
   * the grace that they wait (line 11), which it does after two.
   */
  heartbeat(set: number): number {
    const most = INSTANCE.grace / 2000;
    return this.lease.shared ? Math.min(set || most, most) : set;
  }

  /** Tells when it has changed since the last look: a lease also runs out by itself. */
  look(): void {
    const now = this.now();
    if (now === this.last) return;
    this.last = now;
    this.emit("change");
  }

  /** Whoever asks may see what nobody has been told yet, and would not hear that it is over again by the next look. */
  private heed(): void {
    if (!this.heeds && this.now() !== this.last) {
      this.heeds = true;
      queueMicrotask(() => {
        this.heeds = false;
        this.look();
      });
    }
  }

  private get open(): boolean {
    return !this.single || (this.lease.leads && this.lease.held);
  }

  private get following(): boolean {
    return this.single && !this.lease.leads;
  }

  private now(): string {
    return `${this.open} ${this.following}`;
  }
}
