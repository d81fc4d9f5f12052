import { join } from "node:path";
import { type FileSnapshot, sameSnapshot } from "../../boxes/snapshot.js";
import { isPdfName, pdfKey } from "../../business/edocs.js";
import { codeOf } from "../../errors.js";
import { looksComplete } from "../../files/complete.js";
import type { Disk } from "../../files/disk.js";
import { isNoise, isUnfinishedName } from "../../files/names.js";

/** Bytes of one file that are kept, and of all files of a box together that nobody has judged yet. */
const LARGEST = 64 * 1024 * 1024;
const MOST_BYTES = 256 * 1024 * 1024;

/** A file as it was read while it lay in an OutBox. */
export interface Capture {
  fileName: string;
  bytes: Buffer;
  look: FileSnapshot;
}

export interface OutBoxEvents {
  /** The file is still, or has gone: this is what it was. */
  onDocument(capture: Capture): void;
  /** A file that was handed over with `onDocument` is no longer there: somebody took it. */
  onTaken(fileName: string): void;
  /** A file that was handed over was written again in its place, by its producer. */
  onRewritten(fileName: string): void;
}

interface Known {
  look: FileSnapshot | undefined;
  /** What was read and nobody has been told of yet. */
  capture: Capture | undefined;
  told: boolean;
  generation: number;
}

/**
 * One OutBox as the shadow looks at it. A file is read as soon as its content says that it is whole, for the official client may take it
 * in the next moment; it is told when it did not change between two looks, or has gone.
 */
export class OutBoxLook {
  private readonly known = new Map<string, Known>();
  private generation = 0;
  private held = 0;

  constructor(
    readonly path: string,
    private readonly disk: Disk,
    private readonly events: OutBoxEvents,
  ) {}

  /** Files that lie in it now, as far as it was looked at. */
  get size(): number {
    return this.known.size;
  }

  async scan(): Promise<void> {
    const generation = ++this.generation;
    for await (const { name, kind } of this.disk.walk(this.path)) {
      if (kind !== "file" || isNoise(name) || isUnfinishedName(name) || isPdfName(name)) continue;
      const known = this.known.get(name) ?? { look: undefined, capture: undefined, told: false, generation };
      known.generation = generation;
      this.known.set(name, known);
      this.look(name, known);
    }
    for (const [name, known] of this.known) if (known.generation !== generation) this.gone(name, known);
  }

  /** Looks at one file at once: whoever asks has seen it elsewhere. True when it is still here. */
  stillHas(name: string): boolean {
    const known = this.known.get(name);
    if (known) this.look(name, known);
    return this.known.has(name);
  }

  /** The bytes of a PDF that lies beside the documents. */
  pdf(name: string): Buffer | undefined {
    try {
      const found = this.disk
        .list(this.path)
        .find((entry) => entry.kind === "file" && pdfKey(entry.name) === pdfKey(name));
      return found && this.disk.read(join(this.path, found.name));
    } catch {
      return undefined;
    }
  }

  private look(name: string, known: Known): void {
    const path = join(this.path, name);
    try {
      const look = this.disk.facts(path);
      if (!look) this.gone(name, known);
      else if (known.look && sameSnapshot(known.look, look)) this.tell(known);
      else this.changed(name, known, look);
    } catch (error) {
      if (codeOf(error) === "ENOENT") this.gone(name, known);
      // Held by its writer, say: it is looked at again.
      else known.look = undefined;
    }
  }

  private changed(name: string, known: Known, look: FileSnapshot): void {
    const replaced = known.look !== undefined && known.look.inode !== look.inode;
    // Another file under the same name: the one before was taken.
    if (replaced) this.taken(name, known);
    else if (known.told) this.events.onRewritten(name);
    this.drop(known);
    Object.assign(known, { told: false, look });
    if (look.size > LARGEST || this.held + look.size > MOST_BYTES) return;
    const path = join(this.path, name);
    if (!looksComplete(this.disk, path, look.size)) return;
    const bytes = this.disk.read(path);
    const after = this.disk.facts(path);
    // What was read may be half of the next version; one that has gone since was whole.
    if (bytes.length !== look.size || (after && !sameSnapshot(after, look))) return;
    known.capture = { fileName: name, bytes, look };
    this.held += bytes.length;
  }

  private tell(known: Known): void {
    const { capture } = known;
    if (!capture) return;
    this.drop(known);
    known.told = true;
    this.events.onDocument(capture);
  }

  private gone(name: string, known: Known): void {
    if (this.known.get(name) !== known) return;
    this.known.delete(name);
    this.taken(name, known);
  }

  private taken(name: string, known: Known): void {
    this.tell(known);
    if (known.told) this.events.onTaken(name);
  }

  private drop(known: Known): void {
    if (known.capture) this.held -= known.capture.bytes.length;
    known.capture = undefined;
  }
}
