import { join } from "node:path";
import { isPdfName, pdfKey } from "../business/edocs.js";
import { codeOf } from "../errors.js";
import { LARGE } from "../files/bytes.js";
import { type Incomplete, looksComplete, proofOf, whyIncomplete } from "../files/complete.js";
import type { EntryKind } from "../files/disk.js";
import type { BusinessFolder } from "../files/folders.js";
import { isNoise, isOwnWork, isUnfinishedName } from "../files/names.js";
import { Turn } from "../turn.js";
import type { BoxContext } from "./context.js";
import { ProducerTrust } from "./producer-trust.js";
import { type FileSnapshot, sameSnapshot } from "./snapshot.js";
import { WatchedTime } from "./watched-time.js";

interface WaitingFile {
  /** When it was first seen or last seen to change, by the time spent watching: wall clocks jump (promises 2). */
  stillSince: number;
  snapshot: FileSnapshot | undefined;
  /** When it looked so for the first time, by the monotonic clock. */
  sameSince: number;
  /** SHA-256 of the bytes that prove, as it looks now, that it is finished; false when they do not; undefined = not tried. */
  proof: string | false | undefined;
  /** Its ends say, as it looks now, that it is finished. */
  whole: boolean;
  reported: boolean;
  /** Why it is not finished, as it looks now; undefined while that is not spoken of. */
  why: Incomplete | undefined;
  /** That was told. */
  told: boolean;
  /** It is being claimed now. */
  taken: boolean;
  /** The scan that saw it last. */
  generation: number;
  /** How often it could not be claimed or read, and until when it is left alone for that. */
  failures: number;
  notBefore: number;
  /** What the file system says since then of reading it, by the time spent watching; undefined while it can be read. */
  failing: { since: number; error: unknown } | undefined;
}

/**
 * Two checks of a file have to be so far apart, in milliseconds, to say that it is finished: where its two ends say so, and
 * where the whole content proves it.
 */
const APART = { still: 150, proven: 10 };

/** Files of one scan whose whole content is gone through. Where more wait, the others have been still by the next scans. */
const PROOFS = 32;

/**
 * A file that is held by somebody is tried again after a pause that doubles from the first to the longest, in milliseconds; one that may not
 * be read costs little, and whoever gives the right waits for it.
 */
const PAUSE = { first: 500, longest: 60_000, unread: 5000 };

/** Milliseconds without any change after which an unfinished file is spoken of. */
const SOON = 5000;

/** What a person hears of at once: few producers write so, and go on. */
type ToldAtOnce = Extract<Incomplete, "zeros" | "hole" | "behind">;
const isToldAtOnce = (why: Incomplete): why is ToldAtOnce => why === "zeros" || why === "hole" || why === "behind";

/** Names of vanished files that are remembered. */
const MOST_VANISHED = 100;

/** What an OutBox is seen through. */
export type BoxWorld = Pick<BoxContext, "files" | "clock">;

/** A name in the OutBox that is no file of ours, or a file that is written in a way of which people should hear. */
export interface Strange {
  name: string;
  reason: "folder" | "link" | "dangling" | "special" | "name" | "unfinished" | ToldAtOnce;
}

/** The same, or a file that does not get finished in its time. */
export type Oddity = Strange | { name: string; reason: "incomplete"; why: Incomplete };

/** A file that is not finished, though nobody has written it for some seconds: why, and how many milliseconds it has left. */
export interface Unfinished {
  name: string;
  why: Incomplete;
  left: number;
}

/** A file that is finished or not, nobody knows: it is locked, or the user of this process may not read it. */
export interface Unreadable {
  name: string;
  /** What the file system says of it. */
  error: unknown;
}

export interface OutBoxOptions {
  /** Files looked at in one scan, oldest first, so that 100,000 waiting ones cost a bounded time. */
  lookAhead?: number;
  /** Ready files that are enough for one scan, large ones not counted: what stands behind them is looked at when its turn comes near. */
  enough?: number;
  /** Milliseconds without any change after which an unfinished file is reported. */
  incompleteAfter: number;
  /** Milliseconds between two checks of a file whose content does not prove that it is finished; 150 by default. */
  still?: number;
  /** Is this file kept back, however finished it is? */
  holds?: (name: string) => boolean;
  /** As `ProducerTrust`. */
  onDoubt?: (doubted: boolean) => void;
}

/**
 * One OutBox as it is seen scan by scan. Scanning is the truth; whoever watches the folder only wakes the next scan.
 * `ready` gives the files that are complete by content and have not changed between two checks, in the order in which
 * they were first seen. The two are some 10 ms apart where the content proves that nothing is missing, and the producers of the
 * folder are known not to write again what is whole. Both give the event loop its turn: 100,000 names are a long list.
 */
export class OutBox {
  private readonly waiting = new Map<string, WaitingFile>();
  /** What lies there and is not taken. */
  private readonly odd = new Map<string, { generation: number; since: number; reported: boolean }>();
  /** The PDFs among the waiting files, by their name in NFC and lower case. */
  private readonly pdfs = new Map<string, string>();
  /** All of them, by their names as they are. */
  readonly pdfNames = new Set<string>();
  private readonly watched: WatchedTime;
  private readonly trust: ProducerTrust;
  private readonly lookAhead: number;
  private readonly enough: number;
  private generation = 0;
  /** Files that were not finished at the last look, though nobody has written them for some seconds. */
  unfinished: Unfinished[] = [];
  /** Files that could not be read at the last look, nor for some seconds before: one that is only locked, for longer. */
  unreadable: Unreadable[] = [];
  /** Files that went away before anybody of ours took them. */
  private vanished: string[] = [];
  private proofs = 0;
  private again = false;

  constructor(
    readonly folder: BusinessFolder,
    readonly world: BoxWorld,
    private readonly options: OutBoxOptions,
  ) {
    this.watched = new WatchedTime(world.clock);
    this.lookAhead = options.lookAhead ?? 1000;
    this.enough = options.enough ?? Number.POSITIVE_INFINITY;
    this.trust = new ProducerTrust(options.onDoubt);
  }

  /** A producer of this folder was seen to write a whole file again, before this start. */
  doubt(): void {
    this.trust.doubt();
  }

  /** How many names were waiting at the last scan. */
  get size(): number {
    return this.waiting.size;
  }

  /** How many names were there, with those that are not taken. */
  get known(): number {
    return this.waiting.size + this.odd.size;
  }

  /** Milliseconds after which `ready` is to be asked again for files that are proved to be finished; undefined when there are none. */
  get readyIn(): number | undefined {
    return this.again ? APART.proven : undefined;
  }

  /** Reads the folder's names; rejects with what the file system says when the share is away. */
  async list(): Promise<Strange[]> {
    const oddities: Strange[] = [];
    const generation = ++this.generation;
    for await (const { name, kind } of this.world.files.disk.walk(this.folder.box("OutBox"))) {
      if (isNoise(name) || isOwnWork(name)) continue;
      const reason = this.oddityOf(name, kind);
      if (reason === undefined) {
        this.odd.delete(name);
        const known = this.waiting.get(name);
        if (known) known.generation = generation;
        else this.enter(name, generation);
        continue;
      }
      const odd = this.odd.get(name) ?? { generation, since: this.watched.now, reported: false };
      odd.generation = generation;
      this.odd.set(name, odd);
      // A writer gets its time before its unfinished file is reported.
      const patience = reason === "unfinished" ? this.options.incompleteAfter : 0;
      if (odd.reported || this.watched.now - odd.since < patience) continue;
      odd.reported = true;
      oddities.push({ name, reason });
    }
    for (const [name, waiting] of this.waiting) {
      if (waiting.generation === generation) continue;
      if (this.wasTaken(waiting) && this.vanished.length < MOST_VANISHED) this.vanished.push(name);
      this.forget(name);
    }
    for (const [name, odd] of this.odd) if (odd.generation !== generation) this.odd.delete(name);
    return oddities;
  }

  /** The files that can be claimed now, among the oldest. Files that stay unfinished too long come as oddities, each once. */
  async ready(): Promise<{ names: string[]; oddities: Oddity[] }> {
    this.watched.tick();
    const names: string[] = [];
    const oddities: Oddity[] = [];
    const unfinished: Unfinished[] = [];
    const unreadable: Unreadable[] = [];
    const turn = new Turn(this.world.clock);
    // Asked once: each time costs a look at the folder.
    const box = this.folder.box("OutBox");
    let seen = 0;
    let small = 0;
    this.proofs = PROOFS;
    this.again = false;
    for (const [name, waiting] of this.waiting) {
      if (waiting.taken || this.options.holds?.(name)) continue;
      if (seen++ >= this.lookAhead) break;
      await turn.over();
      const oddity = await this.judge(name, waiting, join(box, name));
      const { failing } = waiting;
      if (failing && this.watched.now - failing.since >= this.patienceWith(failing.error)) {
        unreadable.push({ name, error: failing.error });
      }
      if (oddity === "ready") {
        names.push(name);
        if ((waiting.snapshot?.size ?? 0) <= LARGE && ++small >= this.enough) break;
      } else if (oddity) oddities.push(oddity);
      const { why, stillSince } = waiting;
      if (oddity !== "ready" && waiting.snapshot && this.isStill(waiting, this.soon)) {
        const left = Math.max(0, this.options.incompleteAfter - (this.watched.now - stillSince));
        unfinished.push({ name, why: why ?? "unfinished", left });
      }
    }
    this.unfinished = unfinished;
    this.unreadable = unreadable;
    return { names, oddities };
  }

  /** The file was claimed, or has gone. */
  forget(name: string): void {
    this.waiting.delete(name);
    this.pdfNames.delete(name);
    if (this.pdfs.get(pdfKey(name)) === name) this.pdfs.delete(pdfKey(name));
  }

  /** Names of files that went away since this was asked last, untouched by us: somebody else takes from this folder. */
  takeVanished(): string[] {
    return this.vanished.splice(0);
  }

  /** Not by ours, and not renamed by its own producer: that one works on it until then. */
  private wasTaken({ taken, snapshot, sameSince }: WaitingFile): boolean {
    return !taken && snapshot !== undefined && this.world.clock.monotonic() - sameSince >= APART.still;
  }

  /** Was the file there at the last scan? */
  has(name: string): boolean {
    return this.waiting.has(name);
  }

  /** The waiting PDF of this name, without regard to case and to composed or decomposed letters. */
  pdf(name: string): string | undefined {
    return this.waiting.has(name) ? name : this.pdfs.get(pdfKey(name));
  }

  /** Why something in the OutBox is not taken; undefined for what is. */
  private oddityOf(name: string, kind: EntryKind): Strange["reason"] | undefined {
    // Bytes that are no UTF-8, of a producer with another encoding, become this character: the file cannot be opened by it.
    if (name.includes("\ufffd")) return "name";
    if (kind === "folder") return "folder";
    if (kind === "link") return this.leads(name) ? "link" : "dangling";
    if (kind !== "file") return "special";
    return isUnfinishedName(name) ? "unfinished" : undefined;
  }

  /** Does a link lead anywhere? One that leads in a circle, or where nobody may look, keeps nothing else from being taken. */
  private leads(name: string): boolean {
    try {
      return this.world.files.disk.exists(join(this.folder.box("OutBox"), name));
    } catch {
      return false;
    }
  }

  private enter(name: string, generation: number): void {
    const content = { snapshot: undefined, sameSince: 0, proof: undefined, whole: false, why: undefined };
    const state = { reported: false, told: false, taken: false, failures: 0, notBefore: 0, failing: undefined };
    this.waiting.set(name, { stillSince: this.watched.now, generation, ...content, ...state });
    if (!isPdfName(name)) return;
    this.pdfs.set(pdfKey(name), name);
    this.pdfNames.add(name);
  }

  /** The file is being claimed: it is no longer among the ready ones, until it is forgotten or postponed. */
  take(name: string): void {
    const waiting = this.waiting.get(name);
    if (!waiting) return;
    waiting.taken = true;
    if (waiting.proof && waiting.snapshot) this.trust.keeps(name, waiting.snapshot, this.world.clock.monotonic());
  }

  /** The file could not be claimed: a virus scanner or a writer holds it. It is tried again after a pause. */
  postpone(name: string, longest: number = PAUSE.longest): void {
    const waiting = this.waiting.get(name);
    if (!waiting) return;
    waiting.snapshot = undefined;
    waiting.proof = undefined;
    waiting.whole = false;
    waiting.taken = false;
    waiting.notBefore = this.world.clock.monotonic() + Math.min(longest, PAUSE.first * 2 ** waiting.failures++);
  }

  /** What was known of the file when it was found ready. */
  snapshotOf(name: string): FileSnapshot | undefined {
    const waiting = this.waiting.get(name);
    return waiting?.snapshot && { ...waiting.snapshot, ...(waiting.proof && { sha256: waiting.proof }) };
  }

  private async judge(name: string, waiting: WaitingFile, path: string): Promise<"ready" | Oddity | undefined> {
    if (this.world.clock.monotonic() < waiting.notBefore) return undefined;
    try {
      if (await this.isReady(name, waiting, path)) return "ready";
    } catch (error) {
      if (codeOf(error) === "ENOENT") {
        this.forget(name);
        return undefined;
      }
      waiting.failing = { since: waiting.failing?.since ?? this.watched.now, error };
      this.postpone(name, PAUSE.unread);
      return undefined;
    }
    const isOverdue = this.overdue(waiting);
    if (!isOverdue && !this.isStill(waiting, this.soon)) return undefined;
    waiting.why ??= whyIncomplete(this.world.files.disk, path, waiting.snapshot?.size ?? 0);
    const { why } = waiting;
    if (isOverdue) return { name, reason: "incomplete", why };
    if (waiting.told) return undefined;
    waiting.told = true;
    return isToldAtOnce(why) ? { name, reason: why } : undefined;
  }

  /** A writer or a virus scanner that has the file gets the time that an unfinished one gets; a right that is missing comes by no waiting. */
  private patienceWith(error: unknown): number {
    return codeOf(error) === "EBUSY" ? this.options.incompleteAfter : this.soon;
  }

  /** When an unfinished file is spoken of; what is whole has been taken by then. */
  private get soon(): number {
    return SOON + (this.options.still ?? 0);
  }

  private isStill({ stillSince }: WaitingFile, milliseconds: number): boolean {
    return this.watched.now - stillSince >= milliseconds;
  }

  private async isReady(name: string, waiting: WaitingFile, path: string): Promise<boolean> {
    const { clock, files } = this.world;
    const now = clock.monotonic();
    const snapshot = files.disk.facts(path);
    if (!snapshot) throw Object.assign(new Error(`${name} has gone`), { code: "ENOENT" });
    const same = waiting.snapshot !== undefined && sameSnapshot(waiting.snapshot, snapshot);
    if (waiting.snapshot === undefined) this.trust.sees(name, snapshot, now);
    else if (!same && waiting.proof) this.trust.changes(now - waiting.sameSince);
    if (!same) {
      const anew = { proof: undefined, whole: false, why: undefined };
      Object.assign(waiting, { stillSince: this.watched.now, sameSince: now, ...anew });
    }
    waiting.snapshot = snapshot;
    const since = now - waiting.sameSince;
    if (same && waiting.proof && this.trust.given && since >= APART.proven) return true;
    if (same && since >= (this.options.still ?? APART.still)) {
      // Read once while it looks the same: who waits for a claim is seen many times.
      waiting.whole ||= looksComplete(files.disk, path, snapshot.size);
      waiting.failing = undefined;
      return waiting.whole;
    }
    if (waiting.proof === undefined && this.proofs > 0) {
      this.proofs--;
      waiting.proof = (await proofOf(files.disk, path, snapshot.size)) ?? false;
      if (waiting.proof) waiting.failing = undefined;
    }
    this.again ||= Boolean(waiting.proof) && this.trust.given;
    return false;
  }

  private overdue(waiting: WaitingFile): boolean {
    if (waiting.reported || !this.isStill(waiting, this.options.incompleteAfter)) return false;
    waiting.reported = true;
    return true;
  }
}
