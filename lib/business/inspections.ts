import { type Inspection, inspect } from "./inspect.js";

/** How much may be kept at a time. */
export interface InspectionLimits {
  documents: number;
  /** Bytes of memory, roughly. */
  bytes: number;
}

const LIMITS: InspectionLimits = { documents: 256, bytes: 64 * 1024 * 1024 };

/** What a tree takes, for each byte of its XML: measured on a declaration of 15 KB with 400 elements. */
const TREE = 5;

interface Kept {
  /** A copy of our own: a flow may change the bytes of its message where they lie. */
  payload: Buffer;
  fileName: string;
  inspection: Promise<Inspection>;
  /** Roughly what it takes; until it is read, what its bytes take. */
  bytes: number;
}

/**
 * One inspection a document on its way through the nodes, by the document's id. Bytes that are the same are not read
 * again, and an XML that was packed or unpacked on the way is still the same XML; bytes that changed are read anew. What
 * is kept is bounded: what was not asked for longest goes first, and is read again if it is asked for after all. The
 * newest one stays, however large.
 */
export class Inspections {
  private readonly kept = new Map<string, Kept>();
  private bytes = 0;

  constructor(private readonly limits: InspectionLimits = LIMITS) {}

  /** How many documents are kept, and roughly how many bytes. */
  get size(): { documents: number; bytes: number } {
    return { documents: this.kept.size, bytes: this.bytes };
  }

  /** What the file of a document is; read only where its bytes are not known. The result is to be treated as read-only. Rejects as `inspect`. */
  of(id: string, payload: Buffer, fileName: string): Promise<Inspection> {
    const before = this.kept.get(id);
    if (before && before.fileName === fileName && before.payload.equals(payload)) {
      // Last in the map: the first is the one that was not asked for longest.
      this.kept.delete(id);
      this.kept.set(id, before);
      return before.inspection;
    }
    const own = Buffer.from(payload);
    const known = before?.inspection.catch(() => undefined);
    const inspection = known ? known.then((one) => inspect(own, fileName, one)) : inspect(own, fileName);
    this.put(id, { payload: own, fileName, inspection, bytes: own.length });
    return inspection;
  }

  /** The document's way is over. */
  drop(id: string): void {
    const gone = this.kept.get(id);
    if (!gone) return;
    this.kept.delete(id);
    this.bytes -= gone.bytes;
  }

  private put(id: string, kept: Kept): void {
    this.drop(id);
    this.kept.set(id, kept);
    this.bytes += kept.bytes;
    this.trim();
    const still = () => this.kept.get(id) === kept;
    kept.inspection.then(
      ({ zipped, xml, attachments }) => {
        if (!still()) return;
        const parts = zipped ? attachments.reduce((sum, { size }) => sum + size, xml.length) : 0;
        const more = parts + TREE * xml.length;
        kept.bytes += more;
        this.bytes += more;
        this.trim();
      },
      // A fault may be the machine's: whoever asks next tries again.
      () => still() && this.drop(id),
    );
  }

  private trim(): void {
    for (const id of this.kept.keys()) {
      const over = this.kept.size > this.limits.documents || this.bytes > this.limits.bytes;
      if (!over || this.kept.size === 1) return;
      this.drop(id);
    }
  }
}
