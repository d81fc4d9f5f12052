import { EventEmitter } from "node:events";
import type { AdviceBook } from "../advice/index.js";
import { AuditChain } from "../audit/chain.js";
import { Claims } from "../boxes/claims.js";
import type { BoxContext } from "../boxes/context.js";
import { Reconciler } from "../boxes/reconcile.js";
import { Inspections } from "../business/inspections.js";
import { type Clock, waitAtMost } from "../clock.js";
import type { DocumentHandle } from "../document.js";
import { codeOf, withAdvice } from "../errors.js";
import { Files } from "../files/files.js";
import { Folders } from "../files/folders.js";
import type { Ports } from "../files/ports.js";
import { Spool } from "../files/spool.js";
import type { Ids } from "../ids.js";
import { adoptOrphans } from "../intake/adopt.js";
import { Deliveries } from "../intake/deliveries.js";
import { Intake } from "../intake/intake.js";
import type { DocumentRow, EventNote, Ledger, ReceiptRow } from "../ledger/index.js";
import { machinePins } from "../signing/guard-store.js";
import { processPins } from "../signing/process-pins.js";
import { checkHost } from "./host-check.js";
import { startJobs } from "./jobs.js";
import { LedgerWrites } from "./ledger-writes.js";
import { Link } from "./link.js";
import { PinSecret } from "./pin-secret.js";
import { type CardChange, type Notice, Reports } from "./reports.js";
import type { RootLease } from "./root-lease.js";
import type { ClientSettings } from "./settings.js";
import { NEW_ROOT, Standing } from "./standing.js";
import { reportJump, TrustedTime } from "./trusted-time.js";
import { UnwatchedBoxes } from "./unwatched.js";
import { WaitingFiles } from "./waiting-files.js";

export type { CardChange } from "./reports.js";

/** A step of a document on its way that changes no row: how long it took, milliseconds since the epoch, and the code it ended in. */
export interface DocumentStep {
  document: Pick<DocumentHandle, "id" | "business" | "messageType" | "attempt">;
  step: "checked" | "signed";
  from: number;
  to: number;
  /** Empty when all was well. */
  code: string;
}

/** Milliseconds that a closing client waits for those who still commit what became of documents: below what a node may take to close. */
const LEFT_WITHIN = 8000;

/** Events of a client. `notice` is a text for people that stops nothing. */
export interface ClientEvents {
  card: [CardChange];
  change: [DocumentRow, EventNote];
  notice: [Notice];
  step: [DocumentStep];
  /** A receipt was stored in its InBox. */
  receipt: [ReceiptRow];
  /** An instance that did not stop in good order is gone, and what it owned is this one's now. */
  takeover: [];
}

/**
 * The client itself, as all who work with it know it: folders, ledger, the claims and deliveries that are out in messages. Opened by
 * `open.ts`, shared by all nodes that name it.
 */
export class ImportClient extends EventEmitter<ClientEvents> implements BoxContext {
  readonly inspections: Inspections;
  readonly files: Files;
  readonly folders: Folders;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly claims: Claims;
  readonly reconciler: Reconciler;
  readonly deliveries: Deliveries;
  readonly intake: Intake;
  private readonly stopInheriting: () => void;
  private readonly stopSharing: (() => void) | undefined;
  /** Whether this process may send and receive. */
  readonly link: Link;
  readonly reports: Reports;
  /** Whether the ledger takes what is written; its fault stops nobody, since all that is refused is tried again. */
  readonly writes: LedgerWrites;
  /** What is wrong as long as it is so, for `status`. */
  readonly standing: Standing;
  /** What lies in the OutBoxes and waits for something, for `status`. */
  readonly waiting = new WaitingFiles();
  /** Which OutBoxes somebody watches. */
  readonly unwatched: UnwatchedBoxes;
  /** Persons' decisions, as they cannot be changed unnoticed. */
  readonly audit: AuditChain;
  /** The time that may be believed before something is removed for its age. */
  readonly time: TrustedTime;
  /** As `BoxContext` has it. */
  doubtedBefore = 0;
  private endJobs: (() => void) | undefined;
  private closed = false;
  private readonly users = new Set<Promise<void>>();

  constructor(
    readonly settings: ClientSettings,
    readonly ledger: Ledger,
    /** What codes mean, with the user's own changes. */
    readonly advice: AdviceBook,
    private readonly ports: Ports,
    /** That this process may work on the root, to be asked before each act. */
    readonly lease: RootLease,
  ) {
    super();
    this.files = new Files(ports.disk);
    this.clock = ports.clock;
    this.inspections = new Inspections(ports.clock);
    this.ids = ports.ids;
    this.standing = new Standing(ports.clock);
    this.folders = new Folders(settings.root, ports.disk, settings.boxPaths);
    this.spool = new Spool(settings.root, this.files);
    this.unwatched = new UnwatchedBoxes(this);
    this.link = new Link(lease, settings.link);
    lease.on("fault", () => this.link.look());
    const { host, pid } = ports.host.mark();
    const own = `${host.replace(/[^\w.-]/g, "-").slice(0, 60)}-${pid}`;
    this.writes = new LedgerWrites(ledger);
    this.reports = new Reports(settings, ports, {
      writer: () => (lease.shared && !lease.alone ? own : ""),
      stands: (code) => this.writes.says(code),
    });
    this.reports.on("card", (change) => this.emit("card", change));
    this.reports.on("notice", (notice) => this.emit("notice", notice));
    this.time = new TrustedTime(ledger, ports.clock, (ahead) => reportJump(this.reports, ahead));
    this.audit = new AuditChain({
      ...{ root: settings.root, owner: settings, files: this.files, clock: ports.clock, ids: ports.ids, ledger },
      assertRoot: () => this.folders.assertRoot(),
      told: ({ number, what, who, document, file, hash }) =>
        this.record("decision", document, file, "", [number, what, who, hash].filter(Boolean).join(" ")),
    });
    this.claims = new Claims(this, (error) => this.reports.fault(error));
    this.reconciler = new Reconciler(this, this.claims);
    this.deliveries = new Deliveries(this.folders);
    this.intake = new Intake(this, this.deliveries, (error) => this.reports.fault(error), {
      tell: (fault) => this.reports.report("put-aside", { code: fault.code, text: withAdvice(fault) }),
      stands: (fault, during) => this.standing.set("put-aside", fault, during),
      over: () => this.standing.clear("put-aside"),
      waits: (fault) =>
        fault ? this.standing.set("receipts", fault, { hinders: true }) : this.standing.clear("receipts"),
    });
    this.stopInheriting = machinePins().inherit(ledger.pins);
    const secret = new PinSecret(settings.root, this.files, ports.ids);
    ledger.instances?.pins.useSecret(() => secret.read());
    this.stopSharing = ledger.instances && processPins().share(ledger.instances.pins);
    ledger.onChange((row, note) => {
      this.record(note.event, row.id, row.fileName, note.code ?? "", note.text ?? "");
      this.emit("change", row, note);
      this.claims.followReceipt(row);
      // Whoever hands documents in writes to this very root.
      if (note.event === "claimed") this.standing.clear(NEW_ROOT);
      if (note.event === "sent") adoptOrphans(this, row.id).catch((error) => this.reports.fault(error));
    });
  }

  /** Begins the jobs that are done again and again. */
  start(): void {
    this.endJobs = startJobs(this);
  }

  record(event: string, id: string, fileName: string, code: string, text: string): void {
    this.reports.record(event, id, fileName, code, text);
  }

  logLinesOf(id: string, times: readonly number[]): Promise<string[]> {
    return this.reports.linesOf(id, times);
  }

  receiptFiled(receipt: ReceiptRow): void {
    this.emit("receipt", receipt);
  }

  receiptMatched(receipt: ReceiptRow): void {
    this.intake.putAside.matched(receipt).catch((error) => this.reports.fault(error));
  }

  /** Runs a step of a document, and tells of it. Resolves or rejects as it does; `codeFor` says the code of what it resolved to. */
  async stepped<T>(
    document: DocumentStep["document"],
    step: DocumentStep["step"],
    work: () => Promise<T>,
    codeFor: (result: T) => string = () => "",
  ): Promise<T> {
    const from = this.clock.now();
    const tell = (code: string) => this.emit("step", { document, step, from, to: this.clock.now(), code });
    try {
      const result = await work();
      tell(codeFor(result));
      return result;
    } catch (error) {
      tell(codeOf(error) ?? "SW-FAULT");
      throw error;
    }
  }

  cardChanged(change: CardChange): void {
    this.reports.cardChanged(change);
  }

  notice(code: string, zh: string, en: string): boolean {
    return this.reports.notice(code, zh, en);
  }

  checkHost(): Promise<void> {
    return checkHost({ ledger: this.ledger, host: this.ports.host, reports: this.reports });
  }

  /** Whoever has to commit what became of documents before the ledger closes says so; calls what this returns when it has done so. */
  use(): () => void {
    let left: () => void = () => {};
    const use = new Promise<void>((resolve) => {
      left = resolve;
    });
    this.users.add(use);
    return () => {
      this.users.delete(use);
      left();
    };
  }

  /** Node-RED stops all nodes at once: what is on its way is confirmed and committed first, as far as that comes in time. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.claims.close();
    await this.allLeft();
    this.endJobs?.();
    await this.intake.close();
    this.record("stop", "", "", "", "");
    this.stopInheriting();
    this.stopSharing?.();
    await this.ledger.close();
    // The root is free only when nothing of ours is written any more.
    await this.lease.close();
    await this.reports.close();
  }

  private async allLeft(): Promise<void> {
    if (this.users.size > 0) await waitAtMost(this.clock, LEFT_WITHIN, Promise.all(this.users));
  }
}
