import { join } from "node:path";
import { readTempBox } from "../boxes/claim.js";
import { duplicateOf } from "../boxes/settle.js";
import type { ImportClient } from "../client/import-client.js";
import type { Fault, ImportClientError } from "../errors.js";
import { LARGE } from "../files/bytes.js";
import type { BusinessFolder } from "../files/folders.js";
import type { DocumentRow } from "../ledger/index.js";
import { Turn } from "../turn.js";
import { Notices, takenByAnother, tooLarge } from "./notices.js";
import { isLeft, readSwitchOver, SWITCH_OVER_FILE, type SwitchOver, takesNew } from "./switch-over.js";
import { WatchedBox, type WatchedBoxSettings } from "./watched-box.js";

export interface FolderWatchSettings extends WatchedBoxSettings {
  /** Folder codes; empty = every folder below the root that has an OutBox. */
  businesses: readonly string[];
  /** Milliseconds between scans. */
  interval: number;
  /** Make missing boxes of the named businesses. */
  createBoxes: boolean;
}

/** How it stands after a round. */
export interface WatchRound {
  /** Claims of this node that are out. */
  inFlight: number;
  /** Documents that wait for their PDFs. */
  withoutPdfs: number;
  /** Folders in which nothing can be done now. */
  away: number;
  /** Files that are not finished, though nobody has written them for some seconds: `<folder>/<name>`. */
  unfinished: readonly string[];
}

export interface FolderWatchEvents {
  onClaim(row: DocumentRow, payload: Buffer): void;
  /** Something lies in an OutBox that is not taken, or a folder cannot be read. Each once. */
  onNotice(error: ImportClientError): void;
  onRound(round: WatchRound): void;
}

/**
 * Milliseconds between two scans when there is something to see, between two checks, and between two readings of the names: by how
 * many files there are, so that one file is seen at once and 100,000 do not keep us busy. Not by how long the last one took: on a
 * busy machine that says little. While files that are ready wait for their turn (`queued`) what comes now stands behind them, and is
 * looked at so much later: each claim changes the folder, and none brings anything new.
 */
const PAUSES = {
  scan: (files: number, queued: boolean) => 20 + (queued ? Math.min(980, files / 1.5) : Math.min(180, files / 5)),
  check: (files: number) => Math.min(40, files / 25),
  list: (names: number, queued: boolean) => names / (queued ? 10 : 100),
};

/** Milliseconds between two scans while files have to be still. */
const STILL = 200;

/** Nobody says that a folder has changed: its names are read so many times less often than that takes, on a slow share. */
const SELDOM = 10;

/**
 * Bytes of large files that may be on their way at once, twice what mq-send has on its way; one that is larger goes by itself. What
 * is not large is bounded by the number of claims.
 */
const MOST_BYTES = 64 * 1024 * 1024;

const large = (bytes: number) => (bytes > LARGE ? bytes : 0);
/** Of several instances that share a root, each lets so much more than a pause pass, at random: they look at different moments. */
const APART = 0.5;

const hasRoom = (bytes: number, taken: number) => large(bytes) === 0 || taken === 0 || taken + bytes <= MOST_BYTES;

/** `scan`: the boxes are gone through; `look`: what is known there; `fill`: what is ready is claimed. */
type Wake = "scan" | "look" | "fill";

/**
 * Claims the finished files of several OutBoxes, oldest first, at most `maxInFlight` at a time. Scanning on a timer is
 * the truth; watching the folders and ended claims only wake it (promises 2).
 */
export class FolderWatch {
  private readonly boxes = new Map<string, WatchedBox>();
  private readonly notices: Notices;
  /** Codes of the folders in which nothing could be done in the last scan. */
  private readonly away = new Set<string>();
  private cancel: (() => void) | undefined;
  private lastScan = Number.NEGATIVE_INFINITY;
  private lastList = Number.NEGATIVE_INFINITY;
  /** How long the last reading of names took, in milliseconds. */
  private listing = 0;
  /** When files are to be checked again whose content proves that they are finished. */
  private lookAt = Number.POSITIVE_INFINITY;
  /** A large file waits until others have gone. */
  private largeWaits = false;
  /** A folder has changed since. */
  private changed = false;
  /** A scan is to follow as soon as it may. */
  private asked = false;
  private working: Promise<void> | undefined;
  private again: Wake | undefined;
  private stopped = false;
  private switchOver: SwitchOver | undefined;
  /** How many times as long as they are the pauses before the next scan are. */
  private stretch = 1;
  private readonly onFree = () => {
    this.largeWaits = false;
    this.wake("fill");
  };
  private readonly onChanged = () => {
    this.changed = true;
    this.wake("scan");
  };

  constructor(
    private readonly client: ImportClient,
    private readonly settings: FolderWatchSettings,
    private readonly events: FolderWatchEvents,
  ) {
    this.notices = new Notices((error) => events.onNotice(error));
  }

  start(): void {
    this.client.claims.inFlight.on("free", this.onFree);
    this.wake("scan");
  }

  /** Ends the watching and gives back the claims that are out: their rows stay open. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel?.();
    this.client.claims.inFlight.off("free", this.onFree);
    for (const box of this.boxes.values()) box.close();
    await this.working;
    this.client.claims.inFlight.releaseOwner(this.settings.owner);
  }

  private wake(what: Wake): void {
    if (this.stopped) return;
    if (this.working) {
      if (this.again !== "scan") this.again = what;
      return;
    }
    if (what === "scan" && this.client.clock.monotonic() - this.lastScan < this.shortest()) {
      this.next("scan");
      return;
    }
    this.working = this.round(what)
      .catch((error) => this.notices.fault("round", error))
      .finally(() => {
        this.working = undefined;
        const again = this.again;
        this.again = undefined;
        this.next(again);
      });
  }

  /** The shortest pause between two scans. */
  private shortest(): number {
    return PAUSES.scan(this.waiting(), this.hasReady()) * this.stretch;
  }

  /** From when on the names are read again. */
  private listAt(): number {
    const seldom = Math.max(this.settings.interval, SELDOM * this.listing);
    return this.lastList + (this.changed ? PAUSES.list(this.known(), this.hasReady()) : seldom);
  }

  /** When to look again: at once when something woke us meanwhile, soon when files still have to prove their stillness. */
  private next(again: Wake | undefined): void {
    if (this.stopped) return;
    this.asked ||= again === "scan";
    // A claim changes the folder itself: that must not keep the next one waiting.
    if (again && this.free() > 0 && this.hasReady()) {
      this.wake("fill");
      return;
    }
    const now = this.client.clock.monotonic();
    const free = this.free() > 0 && !this.hasReady();
    const shortest = this.shortest();
    const pause = this.asked ? shortest : this.settings.interval * this.stretch;
    const still = free && this.waiting() > 0 ? Math.min(pause, STILL * this.stretch) : pause;
    const due = this.changed && !this.client.lease.fault;
    const list = due ? Math.max(this.listAt(), this.lastScan + shortest) : Number.POSITIVE_INFINITY;
    const scan = Math.min(this.lastScan + still, list);
    const look = free ? this.lookAt : Number.POSITIVE_INFINITY;
    this.cancel?.();
    // Whole milliseconds: a timer may go off a fraction too soon, and what is not due yet then would be asked for without end.
    this.cancel = this.client.clock.after(Math.ceil(Math.max(0, Math.min(scan, look) - now)), () =>
      this.wake(look < scan ? "look" : "scan"),
    );
  }

  private async round(what: Wake): Promise<void> {
    const { clock, lease } = this.client;
    const start = clock.monotonic();
    if (what === "scan") {
      this.lastScan = start;
      this.asked = false;
      this.stretch = 1 + (lease.shared ? APART * this.client.ids.jitter() : 0);
    }
    if (what !== "fill") this.lookAt = Number.POSITIVE_INFINITY;
    // Nothing is given out while another process may have the root, or root or ledger are away: the client reports that.
    if (lease.fault) return;
    if (what !== "fill") {
      // Files that have to prove their stillness are checked often, the names of all are read only now and then.
      const list = what === "scan" && start >= this.listAt();
      if (list) {
        this.changed = false;
        this.lastList = start;
        await this.giveOutOpenClaims();
      }
      if (!this.mayTakeNew()) {
        this.events.onRound({ inFlight: this.inFlight(), withoutPdfs: 0, away: 0, unfinished: [] });
        return;
      }
      for (const folder of this.folders()) await this.scan(folder, list);
      const end = clock.monotonic();
      if (list) this.listing = end - start;
      for (const { readyIn } of this.boxes.values()) {
        if (readyIn !== undefined) this.lookAt = end + Math.max(readyIn, PAUSES.check(this.waiting()));
      }
    }
    if (!takesNew(this.switchOver, clock.now())) return;
    await this.fill();
    this.events.onRound({
      inFlight: this.inFlight(),
      withoutPdfs: this.withoutPdfs(),
      away: this.away.size,
      unfinished: [...this.boxes.values()].flatMap(({ outBox, folder }) =>
        outBox.unfinished.map((name) => `${folder.code}/${name}`),
      ),
    });
  }

  /** Whose new files are, as somebody may have said in the root; what cannot be read stops the taking, and is said. */
  private mayTakeNew(): boolean {
    const { settings, files, clock } = this.client;
    try {
      this.switchOver = readSwitchOver(files.disk, settings.root);
      this.notices.well(SWITCH_OVER_FILE);
      return takesNew(this.switchOver, clock.now());
    } catch (error) {
      this.notices.fault(SWITCH_OVER_FILE, error);
      return false;
    }
  }

  private readonly isLeft = (folder: BusinessFolder, name: string): boolean => {
    if (!this.switchOver || this.switchOver.left.length === 0) return false;
    return isLeft(this.switchOver, folder.code, name, this.client.files.disk.facts(join(folder.box("OutBox"), name)));
  };

  private folders(): BusinessFolder[] {
    const { folders } = this.client;
    if (this.settings.businesses.length === 0) return folders.withOutBox();
    return this.settings.businesses
      .filter((code) => this.settings.createBoxes || folders.exists(code))
      .map((code) => folders.of(code));
  }

  private async scan(folder: BusinessFolder, list: boolean): Promise<void> {
    try {
      folder.assertWhole();
      let box = this.boxes.get(folder.code);
      if (!box) {
        folder.make();
        box = new WatchedBox(this.client, folder, { ...this.settings, isLeft: this.isLeft }, this.onChanged);
        this.boxes.set(folder.code, box);
      }
      const oddities = await box.scan(list);
      this.notices.well(folder.code);
      this.away.delete(folder.code);
      const vanished = this.client.lease.shared ? [] : box.outBox.takeVanished();
      if (vanished.length > 0) this.notices.fault(`${folder.code}/OutBox`, takenByAnother(folder.code, vanished));
      for (const oddity of oddities) {
        if (oddity.reason === "incomplete") await box.refuseIncomplete(oddity.name);
        else this.notices.oddity(`${folder.code}/OutBox`, oddity);
      }
    } catch (error) {
      // What was found ready in it waits.
      this.boxes.get(folder.code)?.close();
      this.away.add(folder.code);
      this.notices.fault(folder.code, error);
    }
  }

  /** Claims while `maxInFlight` is not reached, one file of each folder in turn. */
  private async fill(): Promise<void> {
    const work: Promise<void>[] = [];
    let free = this.free();
    let taken = this.client.claims.inFlight.largeBytes(this.settings.owner);
    this.largeWaits = false;
    const turn = new Turn(this.client.clock);
    while (free > 0 && this.hasReady() && !this.stopped) {
      const before = free;
      await turn.over();
      for (const box of this.boxes.values()) {
        const at = free > 0 ? this.nextOf(box, taken) : -1;
        if (at === -1) continue;
        const [name] = box.ready.splice(at, 1) as [string];
        free--;
        taken += large(box.bytesOf(name));
        work.push(this.claim(box, name));
      }
      if (free === before) break;
    }
    await Promise.all(work);
  }

  /** Which of the ready files of a box goes next, with so many bytes of large ones on their way: small ones pass a large one that waits. */
  private nextOf(box: WatchedBox, taken: number): number {
    return box.ready.findIndex((name) => {
      const bytes = box.bytesOf(name);
      this.largeWaits ||= !hasRoom(bytes, taken);
      return bytes <= LARGE || !this.largeWaits;
    });
  }

  private async claim(box: WatchedBox, name: string): Promise<void> {
    try {
      const claimed = await box.claim(name);
      if (!claimed) return;
      if (this.stopped) claimed.release();
      else this.events.onClaim(claimed.row, claimed.payload);
    } catch (error) {
      this.notices.fault(`${box.folder.code}/${name}`, error);
    }
  }

  /** Open claims that no message carries: after a start, or given back by a node that stopped. */
  private async giveOutOpenClaims(): Promise<void> {
    const { claims, ledger, folders } = this.client;
    const { inFlight } = claims;
    const codes = this.settings.businesses.map((code) => code.toLowerCase());
    for (const row of await ledger.waitingClaims(inFlight.count() + this.settings.maxInFlight)) {
      const repeats = await claims.inTheWayOf(row);
      if (this.free() <= 0 || this.stopped) return;
      if (inFlight.has(row.id) || (codes.length > 0 && !codes.includes(row.business.toLowerCase()))) continue;
      if (folders.of(row.business).isAway()) continue;
      // Where the file is missing `reconcile` looks for it.
      const { mostBytes } = this.settings;
      const size = row.size > mostBytes ? tooLarge(row.size, mostBytes) : undefined;
      await this.giveOut(row, repeats ? duplicateOf(repeats, row) : size);
    }
  }

  /** Gives a claim out again, or ends it for a fault; what is too large for now waits. */
  private async giveOut(row: DocumentRow, fault: Fault | undefined): Promise<void> {
    const { claims } = this.client;
    const { inFlight } = claims;
    const { owner } = this.settings;
    if (!fault && !hasRoom(row.size, inFlight.largeBytes(owner))) return;
    if (!(await claims.hasItsFile(row)) || this.stopped) return;
    inFlight.take(row.id, owner, fault ? 0 : row.size);
    if (fault) return claims.end(row.id, "failed", fault, 0);
    try {
      const payload = await readTempBox(this.client, row);
      // Meanwhile a person may have put it on hold, and its file may have gone.
      if (payload && !this.stopped && inFlight.has(row.id)) this.events.onClaim(row, payload);
      else inFlight.release(row.id);
    } catch (error) {
      inFlight.release(row.id);
      throw error;
    }
  }

  private inFlight(): number {
    return this.client.claims.inFlight.count(this.settings.owner);
  }

  /** How many more claims may be out. */
  private free(): number {
    return this.settings.maxInFlight - this.inFlight();
  }

  private withoutPdfs(): number {
    let waiting = 0;
    for (const box of this.boxes.values()) waiting += box.withoutPdfs;
    return waiting;
  }

  private hasReady(): boolean {
    for (const box of this.boxes.values()) {
      if (box.ready.some((name) => !this.largeWaits || box.bytesOf(name) <= LARGE)) return true;
    }
    return false;
  }

  /** Names in the boxes that were there when they were read. */
  private known(): number {
    let known = 0;
    for (const { outBox } of this.boxes.values()) known += outBox.known;
    return known;
  }

  private waiting(): number {
    let waiting = 0;
    for (const { outBox } of this.boxes.values()) waiting += outBox.size;
    return waiting;
  }
}
