import { BUILT_IN } from "../../advice/index.js";
import type { BoxContext, BoxSettings } from "../../boxes/context.js";
import type { FolderSetting } from "../../business/folder-settings.js";
import { Inspections } from "../../business/inspections.js";
import { OFFICIAL } from "../../client/names-settings.js";
import { bothLanguages, codeOf } from "../../errors.js";
import { noticeOf } from "../../fault.js";
import { Files } from "../../files/files.js";
import { type BoxName, Folders } from "../../files/folders.js";
import { type Ports, SYSTEM } from "../../files/ports.js";
import { openLedger } from "../../ledger/index.js";
import { SchemaStore } from "../../model/schema-store.js";
import type { PreflightContext } from "../../preflight/types.js";
import { Turn } from "../../turn.js";
import { type Archived, Archives } from "./archives.js";
import { lookingDisk } from "./looking.js";
import { OutBoxLook } from "./out-box-look.js";
import { ShadowRecord, sentNames } from "./record.js";
import { type ShadowReport, shadowReport } from "./report.js";

/** A business folder of the official client, wherever its boxes lie. */
export interface ShadowFolder {
  code: string;
  boxes: Partial<Record<BoxName, string>>;
}

export interface ShadowSettings {
  /** Root whose folders are looked at, whatever comes to be in it; or empty, with `folders` of a settings file. */
  root: string;
  folders: readonly ShadowFolder[];
  /** Folder of our own for ledger and reports; never below a folder that is watched. */
  out: string;
  client: PreflightContext["client"];
  /** How types go out that are not known, as the import-client node has it. */
  table: readonly FolderSetting[];
  /** The user's own XSDs; empty = none. */
  schemas: string;
  /** What the official client did before this time is not judged; milliseconds since the epoch, 0 = everything that still lies there. */
  since: number;
  /** Milliseconds between two looks at the OutBoxes, and at the other boxes. */
  interval: number;
  archiveInterval: number;
  onNotice?: (text: string) => void;
}

/** A document of the official client that is not at its end. */
export interface OpenDocument {
  folder: string;
  fileName: string;
  state: string;
}

// InBox first: of whatever is answered there the document lies in its box by the time that this is listed.
const ARCHIVES = ["InBox", "SentBox", "FailBox"] as const;
/** How often a file that is held by somebody is tried again. */
const TRIES = 20;

/**
 * Beside the official client: looks at the same boxes, and only looks. Every document is judged as ours would have judged it, every
 * receipt read and matched as ours would have; what came of them is the official client's work, read from its boxes. It writes nothing
 * below what it watches, and needs neither card nor broker.
 */
export class Shadow {
  private readonly outBoxes = new Map<string, OutBoxLook>();
  private readonly archives: Archives;
  private readonly tries = new Map<string, number>();
  private readonly unwatch = new Map<string, (() => void) | undefined>();
  /** Everything that is written down, one after the other. */
  private work: Promise<void> = Promise.resolve();
  private waiting = 0;
  /** How many steps there ever were. */
  private queued = 0;
  private cancel: (() => void) | undefined;
  private lastArchives = Number.NEGATIVE_INFINITY;
  private scanning: Promise<void> | undefined;
  private stopped = false;

  private constructor(
    private readonly settings: ShadowSettings,
    private readonly ports: Ports,
    private readonly context: BoxContext,
    private readonly record: ShadowRecord,
    private readonly schemas: SchemaStore,
    private readonly startedAt: number,
  ) {
    this.archives = new Archives(ports.disk, () => ports.clock.now());
  }

  /** Opens its ledger in the folder of its own. Rejects with SW-LEDGER, and with SW-OWNER when that belongs to another client. */
  static async open(settings: ShadowSettings, system: Ports = SYSTEM): Promise<Shadow> {
    const ports = { ...system, disk: lookingDisk(system.disk) };
    const { client, out } = settings;
    const ledger = await openLedger(`${out}/ledger.db`, { create: true });
    const box: BoxSettings = {
      environment: client.environment,
      clientId: client.clientId,
      root: out,
      retentionDays: 90,
      missingAfter: 600,
      receiptJson: false,
      ...OFFICIAL,
    };
    const context: BoxContext = {
      ...{ settings: box, ledger, advice: BUILT_IN, clock: ports.clock, ids: ports.ids },
      // In the folder of our own, where no box lies: what is matched moves no file.
      folders: new Folders(out, ports.disk),
      files: new Files(ports.disk),
      inspections: new Inspections(ports.clock),
      lease: { assertHeld: () => undefined },
      receiptFiled: () => undefined,
      receiptMatched: () => undefined,
      notice: (code, zh, en) => settings.onNotice?.(`${code} ${bothLanguages({ zh, en })}`),
    };
    const schemas = new SchemaStore(settings.schemas === "" ? [] : [settings.schemas]);
    const record = new ShadowRecord(context, { client, folders: settings.table, schemas });
    await record.load();
    const began = Number(await ledger.fact("shadow-began")) || ports.clock.now();
    await ledger.setFact("shadow-began", String(began));
    return new Shadow(settings, ports, context, record, schemas, began);
  }

  /** Looks at everything once; resolves when all of it is written down. */
  async once(): Promise<void> {
    for (let look = 0; look < 2; look++) await this.scanOutBoxes();
    this.scanArchives();
    await this.idle();
  }

  /** Looks on until it is stopped. */
  start(): void {
    const round = () => {
      this.cancel = undefined;
      if (this.stopped) return;
      this.scanning = this.round().catch((error: unknown) => this.tell(error));
      void this.scanning.then(() => {
        if (!this.stopped) this.cancel = this.ports.clock.after(this.settings.interval, round);
      });
    };
    round();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel?.();
    for (const unwatch of this.unwatch.values()) unwatch?.();
    await this.scanning;
    await this.idle();
    await this.record.save();
    await this.context.ledger.close();
    await this.schemas.close();
  }

  /** Resolves when everything that was seen is written down. */
  async idle(): Promise<void> {
    for (let at = this.work; ; at = this.work) {
      await at;
      if (at === this.work) return;
    }
  }

  async report(): Promise<ShadowReport> {
    await this.record.save();
    return shadowReport(
      this.context.ledger,
      { ...this.record.counts },
      { from: this.startedAt, to: this.ports.clock.now() },
    );
  }

  /** Documents that are not at their end: waiting, taken, or sent without an import receipt. */
  async openDocuments(): Promise<OpenDocument[]> {
    const open: OpenDocument[] = [];
    for (let before: string | undefined; ; ) {
      const page = await this.context.ledger.query({
        state: ["claimed", "sending", "sent"],
        limit: 500,
        ...(before && { before }),
      });
      for (const { business: folder, fileName, state } of page) open.push({ folder, fileName, state });
      before = page.at(-1)?.id;
      if (page.length < 500) return open;
    }
  }

  private async round(): Promise<void> {
    await this.scanOutBoxes();
    const now = this.ports.clock.monotonic();
    if (now - this.lastArchives < this.settings.archiveInterval || this.waiting > 0) return;
    this.lastArchives = now;
    this.scanArchives();
  }

  private folders(): readonly ShadowFolder[] {
    const { root, folders } = this.settings;
    if (root === "") return folders;
    return new Folders(root, this.ports.disk).withAnyBox().map((folder) => {
      const boxes: Partial<Record<BoxName, string>> = {};
      for (const box of ["OutBox", ...ARCHIVES] as const) {
        const path = folder.existing(box);
        if (path !== undefined) boxes[box] = path;
      }
      return { code: folder.code, boxes };
    });
  }

  private async scanOutBoxes(): Promise<void> {
    for (const { code, boxes } of this.folders()) {
      if (boxes.OutBox === undefined) continue;
      const look = this.outBoxOf(code, boxes.OutBox);
      await look.scan().catch((error: unknown) => {
        if (codeOf(error) !== "ENOENT") this.tell(error);
      });
    }
  }

  private outBoxOf(code: string, path: string): OutBoxLook {
    const known = this.outBoxes.get(path);
    if (known) return known;
    const look = new OutBoxLook(path, this.ports.disk, {
      onDocument: ({ fileName, bytes }) => {
        // Official stamps are whole seconds: no answer is older than its document.
        const at = Math.floor(this.ports.clock.now() / 1000) * 1000;
        this.next(() =>
          this.record.inOutBox({ folder: code, fileName, bytes, at, seenIn: "OutBox", pdf: (name) => look.pdf(name) }),
        );
      },
      onTaken: (fileName) => this.next(() => this.record.taken(code, fileName)),
      onRewritten: (fileName) => this.next(() => this.record.rewritten(code, fileName)),
    });
    this.outBoxes.set(path, look);
    // A look at once when something comes: the official client may take it within the interval.
    this.unwatch.set(
      path,
      this.ports.disk.watch(path, () => this.soon()),
    );
    return look;
  }

  private soon(): void {
    if (this.stopped || !this.cancel) return;
    this.cancel();
    this.cancel = undefined;
    this.start();
  }

  private scanArchives(): void {
    this.next(async () => {
      const found: Archived[] = [];
      for (const { code, boxes } of this.folders()) {
        for (const box of ARCHIVES) {
          const path = boxes[box];
          if (path !== undefined) found.push(...(await this.archives.newIn(code, box, path)));
        }
      }
      // In the order in which it happened: an import receipt brings the number that later ones carry.
      found.sort((one, other) => one.at - other.at || ORDER[one.box] - ORDER[other.box]);
      const before = this.queued;
      for (const file of found)
        if (file.box !== "InBox") for (const name of sentNames(file.boxName)) this.isInOutBox(file.folder, name);
      // What was seen in OutBox and is gone from it has to be written down first.
      if (this.queued !== before) this.next(() => this.takeAll(found));
      else await this.takeAll(found);
    });
  }

  private async takeAll(found: readonly Archived[]): Promise<void> {
    const turn = new Turn(this.ports.clock);
    for (const file of found) {
      await turn.over();
      if (file.at >= this.settings.since) await this.take(file);
    }
  }

  private async take(file: Archived): Promise<void> {
    try {
      const { box } = file;
      if (box === "InBox") await this.record.receipt(file);
      else await this.record.archived({ ...file, box }, (name) => this.isInOutBox(file.folder, name));
    } catch (error) {
      const code = codeOf(error);
      if (code === "ENOENT") return;
      const tries = (this.tries.get(file.path) ?? 0) + 1;
      this.tries.set(file.path, tries);
      if (code !== "EBUSY" && code !== "EACCES" && code !== "EPERM") this.tell(error, file.path);
      else if (tries < TRIES) this.archives.again(file);
      else this.tell(error, file.path);
    }
  }

  private isInOutBox(code: string, name: string): boolean {
    for (const folder of this.folders()) {
      const path = folder.boxes.OutBox;
      if (path !== undefined && folder.code.toLowerCase() === code.toLowerCase())
        return this.outBoxOf(folder.code, path).stillHas(name);
    }
    return false;
  }

  private next(step: () => Promise<void>): void {
    this.waiting++;
    this.queued++;
    this.work = this.work
      .then(step)
      .catch((error: unknown) => this.tell(error))
      .finally(() => {
        this.waiting--;
      });
  }

  private tell(error: unknown, path = ""): void {
    const [code, zh, en] = noticeOf(error);
    this.settings.onNotice?.(`${code} ${path} ${bothLanguages({ zh, en })}`);
  }
}

const ORDER = { SentBox: 0, FailBox: 1, InBox: 2 } as const;
