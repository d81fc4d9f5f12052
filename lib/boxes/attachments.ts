import { join } from "node:path";
import { isZip } from "../archive/index.js";
import { assertFlatName, assertSafeName } from "../archive/names.js";
import { ZIP_LIMITS } from "../archive/read.js";
import { type AnnouncedPdf, announcedPdfs, isPdfName, pdfKey } from "../business/edocs.js";
import { inspect } from "../business/inspect.js";
import { codeOf } from "../errors.js";
import { bytesOf } from "../files/bytes.js";
import type { Disk } from "../files/disk.js";
import { pdfEndOf } from "../files/pdf-end.js";
import { Turn } from "../turn.js";
import { MAX_XML_BYTES } from "../xml/wellformed.js";
import { gatheringsIn } from "./gather.js";
import type { BoxWorld, OutBox } from "./out-box.js";
import { type FileSnapshot, sameSnapshot } from "./snapshot.js";
import { WatchedTime } from "./watched-time.js";

/** `EdocRealation` in ASCII and in UTF-16 of either order, to tell cheaply which files need a reading. */
const MARKS = [Buffer.from("EdocRealation"), Buffer.from("EdocRealation", "utf16le").subarray(0, -1)];

/**
 * Two checks of a file have to be this far apart to say that it is still, in milliseconds: of a whole PDF, and of one behind whose end mark something
 * stands, which may be padding, or more that is to come.
 */
const STILL = { whole: 150, behind: 10_000 };
/** The part of its time for which a PDF is waited for that is shorter than its EdocSize says: then it goes as it is. */
const FOR_ITS_SIZE = 0.8;

/** A PDF that was found for a document: where it lies, and under which name it goes into the ZIP. */
export interface FoundPdf {
  /** As EdocID names it. */
  entry: string;
  path: string;
  snapshot: FileSnapshot;
  /** Its name in the OutBox; absent when it lies in the attachments folder, which is only read. */
  outBoxName?: string;
}

/** A PDF that an EdocRealation names, and what is known of it. */
interface Wanted {
  entry: string;
  /** As the document announces it. */
  size: number;
  found?: FoundPdf;
  seenAt: number;
  /** When it came, or was last seen to change, by the time spent watching. */
  cameAt: number;
  still: boolean;
}

/** A bare XML of the OutBox and the PDFs it announces. */
interface Need {
  snapshot: FileSnapshot;
  since: number;
  wanted: Wanted[];
  held: boolean;
}

export interface AttachmentsOptions {
  /** Milliseconds that a bare XML waits for its PDFs, each of them for its end, and a PDF for the XML that names it. */
  wait: number;
  /** What has more bytes is refused for that, and not read. */
  mostBytes: number;
  /** A second place where PDFs are looked for. */
  folder?: string | undefined;
}

/**
 * The PDFs of the bare 报关单 in one OutBox (faq 15): which XML announces which, what is there, who waits for whom. An XML
 * is held until each PDF is there, complete and still, or its time is over; a PDF is held as long as an XML wants it or
 * its own time is not over. Scan by scan, like the OutBox: `review`, then `OutBox.ready`, then `sift`.
 */
export class Attachments {
  private readonly needs = new Map<string, Need>();
  /** The PDFs of the OutBox, and when each was first seen. */
  private readonly pdfs = new Map<string, number>();
  /** An XML of the OutBox has not been read yet, or a stop has left one half gathered, to be put back: what it names is not known. */
  private unread = false;
  private readonly watched: WatchedTime;
  /** When the names of the OutBox were read last. */
  private listedAt = 0;
  private wantedKeys = new Set<string>();

  constructor(
    private readonly world: BoxWorld,
    private readonly options: AttachmentsOptions,
  ) {
    this.watched = new WatchedTime(world.clock);
  }

  /** How many documents wait for their PDFs. */
  get held(): number {
    let held = 0;
    for (const need of this.needs.values()) if (need.held) held++;
    return held;
  }

  /** The first so many of them, with the first so many PDFs that each waits for, and the milliseconds that it waits for them at most. */
  heldFiles(most: number, mostPdfs: number): { name: string; missing: string[]; left: number }[] {
    const files: { name: string; missing: string[]; left: number }[] = [];
    for (const [name, { held, wanted, since }] of this.needs) {
      if (files.length >= most) break;
      if (!held) continue;
      const missing = wanted.filter(({ still }) => !still).map(({ entry }) => entry);
      files.push({
        name,
        missing: missing.length > mostPdfs ? [...missing.slice(0, mostPdfs), "…"] : missing,
        left: Math.max(0, this.endsAt({ since, wanted }) - this.watched.now),
      });
    }
    return files;
  }

  /** For `OutBox.ready`: is this file kept back? */
  readonly holds = (name: string): boolean => {
    if (!isPdfName(name)) return this.needs.get(name)?.held === true;
    const since = this.pdfs.get(name);
    const waits = since === undefined || this.watched.now - since < this.options.wait;
    return waits || this.unread || this.wantedKeys.has(pdfKey(name));
  };

  /** Checks again for what is missing; releases documents that have all, and of those whose time is over. `listed`: the names were just read. */
  async review(outBox: OutBox, listed: boolean): Promise<void> {
    this.watched.tick();
    if (listed) this.listedAt = this.watched.now;
    const turn = new Turn(this.world.clock);
    for (const name of outBox.pdfNames) {
      if (!this.pdfs.has(name)) this.pdfs.set(name, this.watched.now);
      await turn.over();
    }
    for (const name of this.pdfs.keys()) if (!outBox.has(name)) this.pdfs.delete(name);
    for (const [name, need] of this.needs) {
      if (!outBox.has(name)) this.needs.delete(name);
      else if (need.held) this.update(outBox, need);
      await turn.over();
    }
    // Not name by name: 100,000 may wait.
    this.unread =
      outBox.size - outBox.pdfNames.size > this.needs.size ||
      (this.pdfs.size > 0 && gatheringsIn(this.world, outBox.folder).length > 0);
    this.wantedKeys = new Set(
      [...this.needs.values()].flatMap(({ wanted }) => wanted.map(({ entry }) => pdfKey(entry))),
    );
  }

  /** The names among the ready ones that need not wait. */
  async sift(outBox: OutBox, ready: readonly string[]): Promise<string[]> {
    const free: string[] = [];
    const turn = new Turn(this.world.clock);
    for (const name of ready) {
      await turn.over();
      // Who claims it reads it again, and tells what is in the way.
      await this.read(outBox, name).catch(() => undefined);
      if (!this.needs.get(name)?.held) free.push(name);
    }
    return free;
  }

  /** What was found for a document that is to be claimed; empty for one that announces nothing. */
  foundFor(name: string): FoundPdf[] {
    return (this.needs.get(name)?.wanted ?? []).flatMap(({ found, still }) => (found && still ? [found] : []));
  }

  /** Does another waiting document name this PDF too? Then it stays for that one. */
  isShared(pdf: FoundPdf, name: string): boolean {
    const key = pdfKey(pdf.entry);
    for (const [other, { wanted }] of this.needs) {
      if (other !== name && wanted.some(({ entry }) => pdfKey(entry) === key)) return true;
    }
    return false;
  }

  forget(name: string): void {
    this.needs.delete(name);
  }

  /**
   * Reads what a bare XML announces, once, until it changes. Rejects with what the file system says of one that is there and cannot be read
   * now: it must not go without what it may announce.
   */
  async read(outBox: OutBox, name: string): Promise<void> {
    if (isPdfName(name)) return;
    const snapshot = outBox.snapshotOf(name);
    const known = this.needs.get(name);
    if (!snapshot || (known && sameSnapshot(known.snapshot, snapshot))) return;
    const isRead = snapshot.size <= Math.min(MAX_XML_BYTES, this.options.mostBytes);
    const path = join(outBox.folder.box("OutBox"), name);
    const entries = isRead ? await pdfsOf(this.world.files.disk, path, name, snapshot.size) : [];
    const wanted = entries.map(({ name: entry, size }) => ({ entry, size, seenAt: 0, cameAt: 0, still: false }));
    // The round may have begun long ago; its PDFs get their time from now on.
    this.watched.tick();
    const need: Need = { snapshot, since: this.watched.now, wanted, held: false };
    for (const { entry } of wanted) this.wantedKeys.add(pdfKey(entry));
    this.needs.set(name, need);
    this.update(outBox, need);
  }

  private update(outBox: OutBox, need: Need): void {
    const now = this.world.clock.monotonic();
    for (const wanted of need.wanted) if (!wanted.still) this.updateOne(outBox, wanted, now);
    // What came since the names were read last is not known: on a slow share that may be longer ago than the wait.
    need.held = need.wanted.some(({ still }) => !still) && this.listedAt < this.endsAt(need);
  }

  /** Until when a document waits for what it has not got: a PDF that has come, and is being written, has its own time. */
  private endsAt({ since, wanted }: Pick<Need, "since" | "wanted">): number {
    const from = wanted.map(({ found, still, cameAt }) => (found && !still ? cameAt : since));
    return Math.max(since, ...from) + this.options.wait;
  }

  /** Finished is what `OutBox` calls so: complete by content, and unchanged between two checks. */
  private updateOne(outBox: OutBox, wanted: Wanted, now: number): void {
    const found = this.locate(outBox, wanted.entry);
    const before = wanted.found;
    if (!found || !before || before.path !== found.path || !sameSnapshot(before.snapshot, found.snapshot)) {
      if (found) wanted.found = found;
      else delete wanted.found;
      wanted.cameAt = this.watched.now;
      wanted.seenAt = now;
    } else if (now - wanted.seenAt >= STILL.whole) {
      try {
        wanted.still = now - wanted.seenAt >= this.patienceWith(wanted, found);
      } catch {
        wanted.seenAt = now; // Somebody holds it, or it has gone: the next check shows.
      }
    }
  }

  /** For so many milliseconds it has to be unchanged. Rejects with what the file system says. */
  private patienceWith({ size }: Wanted, { path, snapshot }: FoundPdf): number {
    const end = pdfEndOf(this.world.files.disk, path, snapshot.size);
    if (end === "unfinished") return Number.POSITIVE_INFINITY;
    const forItsSize = snapshot.size < size ? this.options.wait * FOR_ITS_SIZE : 0;
    return Math.max(STILL[end], forItsSize);
  }

  private locate(outBox: OutBox, entry: string): FoundPdf | undefined {
    const outBoxName = outBox.pdf(entry);
    if (outBoxName !== undefined) {
      const path = join(outBox.folder.box("OutBox"), outBoxName);
      const snapshot = snapshotAt(this.world.files.disk, path);
      if (snapshot) return { entry, path, snapshot, outBoxName };
    }
    const { folder } = this.options;
    if (folder === undefined) return undefined;
    for (const name of new Set([entry, entry.normalize("NFC"), entry.normalize("NFD")])) {
      const path = join(folder, name);
      const snapshot = snapshotAt(this.world.files.disk, path);
      if (snapshot) return { entry, path, snapshot };
    }
    return undefined;
  }
}

/** Symbolic links are not followed: a name from a document must not reach outside the folder. */
function snapshotAt(disk: Disk, path: string): FileSnapshot | undefined {
  try {
    const facts = disk.facts(path);
    return facts?.kind === "file" ? facts : undefined;
  } catch {
    return undefined; // Absent, or not readable now: it counts as not there yet.
  }
}

/**
 * What a file announces; nothing for a ZIP, for what is no XML, which the checks will then name, and for what has gone. Rejects with any other
 * fault of the file system: a scanner may hold it.
 */
async function pdfsOf(disk: Disk, path: string, fileName: string, size: number): Promise<AnnouncedPdf[]> {
  try {
    const bytes = await bytesOf(disk, path, size);
    if (isZip(bytes) || !MARKS.some((mark) => bytes.includes(mark))) return [];
    assertFileName(fileName);
    const { kind, body } = await inspect(bytes, fileName);
    return kind?.type === "DEC" ? announcedPdfs(body).filter(({ name }) => isFileName(name)) : [];
  } catch (error) {
    const code = codeOf(error) ?? "";
    if (code !== "ENOENT" && /^E[A-Z]+$/.test(code)) throw error;
    return [];
  }
}

function assertFileName(name: string): void {
  assertSafeName(name);
  assertFlatName(name);
}

/** An EdocID comes from outside: one that is no plain file name is not looked for, and the rule then names it. */
function isFileName(name: string): boolean {
  try {
    assertFileName(name);
    return true;
  } catch {
    return false;
  }
}

/** Do these PDFs fit into a ZIP that is still read (promises 5)? */
export function fitsIntoZip(pdfs: readonly FoundPdf[]): boolean {
  const bytes = pdfs.reduce((sum, { snapshot }) => sum + snapshot.size, 0);
  return pdfs.length < ZIP_LIMITS.entries && bytes + MAX_XML_BYTES <= ZIP_LIMITS.totalBytes;
}
