import { EventEmitter } from "node:events";
import { decisionOf, NOBODY, type Person } from "../audit/entry.js";
import type { Reconciliation } from "../boxes/reconcile.js";
import { waitAtMost } from "../clock.js";
import { assertReason, ImportClientError, messageOf, neutral, nodeStops } from "../errors.js";
import { type Ports, SYSTEM } from "../files/ports.js";
import { KeyedLock } from "../keyed-lock.js";
import type { OpenLedger } from "../ledger/index.js";
import { systemFault } from "../system-fault.js";
import type { Confirmed } from "./binding.js";
import type { ImportClient } from "./import-client.js";
import type { LeaseFile } from "./lease-file.js";
import { leaseOf, openClient } from "./open.js";
import { type ClientPicture, factsOf, factsOfClosed, pictureOf, type SeenFacts } from "./picture.js";
import type { Notice } from "./reports.js";
import type { ClientSettings } from "./settings.js";

export interface OpeningEvents {
  /** Why it is not open, or may not work; undefined when all is well again. */
  fault: [ImportClientError | undefined];
  notice: [Notice];
  open: [ImportClient, Reconciliation];
}

/** What a person confirms about a client as a whole. */
export type Confirmation = keyof Confirmed | "clock";

/** Milliseconds in which a ledger says whose it is, and what is open in it; an open one says before why it does not (`Soon`). */
const LOOKS_FOR = 2_500;

/** Milliseconds until it is tried again: for a root that another process has, and for everything else. */
const AGAIN = { lease: 1_000, other: 3_000 };

/**
 * A client that is being opened for as long as it takes: a share that is not mounted, a root that another process has, a ledger that is
 * locked or missing are tried again until they are there. `ready` resolves then, and rejects only when it is closed before.
 */
export class ClientOpening extends EventEmitter<OpeningEvents> {
  readonly ready: Promise<ImportClient>;
  client: ImportClient | undefined;
  private waitsFor: ImportClientError | undefined;
  /** What was told last of the open client. */
  private told: ImportClientError | undefined;
  private closed = false;
  private readonly lock = new KeyedLock();
  private readonly file: LeaseFile;
  private cancel: (() => void) | undefined;
  private resolve: (client: ImportClient) => void = () => {};
  private reject: (error: Error) => void = () => {};

  constructor(
    private readonly settings: ClientSettings,
    private readonly ports: Ports = SYSTEM,
    private readonly openLedger?: OpenLedger,
  ) {
    super();
    this.file = leaseOf(settings, ports);
    this.ready = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.ready.catch(() => undefined);
  }

  /** Why it is not open, or why the open client may not work now. */
  get fault(): ImportClientError | undefined {
    return this.client ? (this.client.lease.fault ?? this.client.writes.fault) : this.waitsFor;
  }

  start(): void {
    this.try({});
  }

  /** What there is to decide: whose the root is and what is open in it. */
  async picture(): Promise<ClientPicture> {
    const { client, settings, ports } = this;
    let seen: SeenFacts | undefined;
    let refused: ImportClientError | undefined;
    const looking = client
      ? factsOf(client.ledger)
      : this.lock.run("", () => factsOfClosed(settings, ports, this.openLedger));
    // A ledger that does not answer is none that a person who looks waits for.
    await waitAtMost(
      ports.clock,
      LOOKS_FOR,
      looking.then(
        (facts) => {
          seen = facts;
        },
        (error) => {
          if (error instanceof ImportClientError) refused = error;
        },
      ),
    );
    return pictureOf(settings, seen, this.fault ?? refused, ports);
  }

  /**
   * A person opens a door that is shut without a person's word; the reason is kept in the daily log. Rejects with SW-REQUEST without a
   * reason or when it is not asked for now, and with what still stands in the way.
   */
  async confirm(what: Confirmation, reason: string, who: Person = NOBODY): Promise<ClientPicture> {
    assertReason(reason);
    await this.lock.run("", async () => undefined);
    if (what === "clock" && this.client) {
      const { audit, time } = this.client;
      await audit.decide(decisionOf({ ...who, what: "confirm", how: what, reason }), () => time.believe());
      this.client.record("confirmed", "", "", "", `${what} ${reason}`);
      return this.picture();
    }
    if (this.client || this.waitsFor?.details.reason !== REASONS[what]) {
      throw new ImportClientError("SW-REQUEST", {
        zh: "现在没有需要确认的事项",
        en: "there is nothing of this kind to confirm now",
      });
    }
    this.cancel?.();
    await this.try({ [what]: true });
    if (this.client) await this.confirmed(this.client, what, reason, who);
    else throw this.waitsFor ?? nodeStops();
    return this.picture();
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.cancel?.();
    await this.lock.run("", async () => undefined);
    this.reject(nodeStops());
    await this.client?.close();
  }

  /** Only an open client has its audit: what opens one is written down right after. */
  private async confirmed(client: ImportClient, what: Confirmation, reason: string, who: Person): Promise<void> {
    client.record("confirmed", "", "", "", `${what} ${reason}`);
    const decision = decisionOf({ ...who, what: "confirm", how: what, reason });
    await client.audit.enter(decision).catch((error) => client.reports.fault(error));
  }

  private try(confirmed: Confirmed): Promise<void> {
    // One at a time: a look at the ledger of a client that waits takes its lease for the moment.
    return this.lock.run("", () => this.tryOnce(confirmed));
  }

  private async tryOnce(confirmed: Confirmed): Promise<void> {
    if (this.closed || this.client) return;
    const { ports, file } = this;
    const onNotice = (notice: Notice) => void this.emit("notice", notice);
    try {
      const { client, recovery } = await openClient(this.settings, {
        ports,
        confirmed,
        file,
        onNotice,
        onWait: (fault) => this.set(fault),
        openLedger: this.openLedger,
      });
      if (this.closed) return await client.close();
      this.client = client;
      client.lease.on("fault", () => this.tell());
      client.writes.on("fault", () => this.tell());
      this.set(undefined);
      this.emit("open", client, recovery);
      this.resolve(client);
    } catch (error) {
      const fault = error instanceof ImportClientError ? error : asFault(error);
      this.set(fault);
      if (this.closed) return;
      const pause = fault.details.reason === "lease" ? AGAIN.lease : AGAIN.other;
      this.cancel = this.ports.clock.after(pause, () => void this.try({}));
    }
  }

  /** Of two faults of the open client the one that stops it is told. */
  private tell(): void {
    const { fault } = this;
    if (fault === this.told) return;
    this.told = fault;
    this.emit("fault", fault);
  }

  private set(fault: ImportClientError | undefined): void {
    const before = this.waitsFor;
    this.waitsFor = fault;
    if (before?.message !== fault?.message) this.emit("fault", fault);
  }
}

/** The fault (`details.reason`) that each confirmation answers. */
const REASONS: Record<Confirmation, string> = { owner: "owner", root: "root", ledger: "damaged", clock: "clock" };

function asFault(error: unknown): ImportClientError {
  return systemFault(error) ?? new ImportClientError("SW-FOLDER", neutral(messageOf(error)), { cause: error });
}
