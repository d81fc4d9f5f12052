import { join } from "node:path";
import type { ImportClient } from "../client/import-client.js";
import { SHOWN, type WaitingFile } from "../client/waiting-files.js";
import type { ImportClientError } from "../errors.js";
import { LARGE } from "../files/bytes.js";
import type { BusinessFolder } from "../files/folders.js";
import type { DocumentRow } from "../ledger/index.js";
import { Turn } from "../turn.js";
import { Notices, takenByAnother } from "./notices.js";
import { OpenClaims } from "./open-claims.js";
import { hasRoom, large } from "./room.js";
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
  /** There is no business folder to watch. */
  noFolder: boolean;
  /** What was told and is not well yet: files that may not be read, folders that may not be written. */
  troubles: number;
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

/** Of several instances that share a root, each lets so much more than a pause pass, at random: they look at different moments. */
const APART = 0.5;

/** `scan`: the boxes are gone through; `look`: what is known there; `fill`: what is ready is claimed. */
type Wake = "scan" | "look" | "fill";

/**
 * Claims the finished files of several OutBoxes, oldest first, at most `maxInFlight` at a time. Scanning on a timer is
 * the truth; watching the folders and ended claims only wake it (promises 2).
 */
export class FolderWatch {
  private readonly boxes = new Map<string, WatchedBox>();
  private readonly notices: Notices;
  private readonly openClaims: OpenClaims;
  /** Codes of the folders in which nothing could be done in the last scan. */
  private readonly away = new Set<string>();
  private cancel: (() => void) | undefined;
  private lastScan = Number.NEGATIVE_INFINITY;
  private lastList = Number.NEGATIVE_INFINITY;
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
  private noFolder = false;
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
    this.notices = new Notices((error) => events.onNotice(error), client.standing, settings.owner);
    this.openClaims = new OpenClaims(client, settings, this.notices, {
      onClaim: (row, payload) => events.onClaim(row, payload),
      free: () => this.free(),
      stopped: () => this.stopped,
    });
  }

  start(): void {
    this.client.unwatched.watch(this.settings.owner, this.settings.businesses);
    this.client.claims.inFlight.on("free", this.onFree);
    this.wake("scan");
  }

  /** Ends the watching and gives back the claims that are out: their rows stay open. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel?.();
    this.client.unwatched.leave(this.settings.owner);
    this.client.claims.inFlight.off("free", this.onFree);
    for (const box of this.boxes.values()) box.close();
    await this.working;
    this.notices.close();
    this.client.waiting.set(this.settings.owner, 0, []);
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
      .then((worked) => {
        if (worked) this.notices.well("round");
      })
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
    const listing = [...this.boxes.values()].reduce((sum, box) => sum + box.listing, 0);
    const seldom = Math.max(this.settings.interval, SELDOM * listing);
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

  /** Resolves to false when nothing could be done. */
  private async round(what: Wake): Promise<boolean> {
    const { clock, lease } = this.client;
    const start = clock.monotonic();
    if (what === "scan") {
      this.lastScan = start;
      this.asked = false;
      this.stretch = 1 + (lease.shared ? APART * this.client.ids.jitter() : 0);
    }
    if (what !== "fill") this.lookAt = Number.POSITIVE_INFINITY;
    // Nothing is given out while another process may have the root, or root or ledger are away: the client reports that.
    if (!lease.held) return false;
    if (what !== "fill") {
      // Files that have to prove their stillness are checked often, the names of all are read only now and then.
      const list = what === "scan" && start >= this.listAt();
      if (list) {
        this.changed = false;
        this.lastList = start;
        await this.openClaims.giveOut();
      }
      if (!this.mayTakeNew()) {
        this.tellRound(0, []);
        return true;
      }
      const folders = this.folders();
      this.leaveGone(folders);
      this.noFolder = folders.length === 0;
      this.notices.noFolder(this.noFolder, this.client.settings.root);
      for (const folder of folders) await this.scan(folder, list);
      const end = clock.monotonic();
      for (const { readyIn } of this.boxes.values()) {
        if (readyIn !== undefined) this.lookAt = end + Math.max(readyIn, PAUSES.check(this.waiting()));
      }
    }
    if (!takesNew(this.switchOver, clock.now())) return true;
    await this.fill();
    this.tellRound(this.away.size, [...this.boxes.values()]);
    return true;
  }

  private tellRound(away: number, boxes: readonly WatchedBox[]): void {
    const withoutPdfs = boxes.reduce((sum, box) => sum + box.withoutPdfs, 0);
    const count = boxes.reduce((sum, { outBox }) => sum + outBox.unfinished.length, withoutPdfs);
    const files: WaitingFile[] = [];
    for (const box of boxes) if (files.length < SHOWN.files) files.push(...box.waiting(SHOWN.files - files.length));
    this.client.waiting.set(this.settings.owner, count, files);
    this.events.onRound({
      inFlight: this.inFlight(),
      withoutPdfs,
      away,
      noFolder: this.noFolder,
      troubles: this.notices.size,
      unfinished: boxes.flatMap(({ outBox, folder }) => outBox.unfinished.map(({ name }) => `${folder.code}/${name}`)),
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

  /** A folder that somebody has removed or renamed is nobody's trouble, and nothing waits in it. */
  private leaveGone(folders: readonly BusinessFolder[]): void {
    const there = new Set(folders.map(({ code }) => code));
    for (const code of new Set([...this.boxes.keys(), ...this.away])) {
      if (there.has(code)) continue;
      this.boxes.get(code)?.close();
      this.boxes.delete(code);
      this.away.delete(code);
      this.notices.leave(code);
    }
  }

  private async scan(folder: BusinessFolder, list: boolean): Promise<void> {
    // What could not be read is read again with all others: a look at what is known there says nothing of it.
    if (!list && this.away.has(folder.code)) return;
    const outBox = `${folder.code}/OutBox`;
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
      const { code } = folder;
      this.notices.keep(`${code}/`, (place) => box?.outBox.has(place.slice(code.length + 1)) === true);
      this.notices.unreadable(outBox, box.outBox.unreadable);
      const vanished = this.client.lease.shared ? [] : box.outBox.takeVanished();
      if (vanished.length > 0) this.notices.once(outBox, takenByAnother(folder.code, vanished));
      for (const oddity of oddities) {
        if (oddity.reason === "incomplete") await box.refuseIncomplete(oddity.name, oddity.why);
        else this.notices.oddity(outBox, oddity);
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
      this.notices.well(`${box.folder.code}/${name}`);
      if (!claimed) return;
      if (this.stopped) claimed.release();
      else this.events.onClaim(claimed.row, claimed.payload);
    } catch (error) {
      this.notices.fault(`${box.folder.code}/${name}`, error);
    }
  }

  private inFlight(): number {
    return this.client.claims.inFlight.count(this.settings.owner);
  }

  /** How many more claims may be out. */
  private free(): number {
    return this.settings.maxInFlight - this.inFlight();
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
