import { type Clock, SYSTEM_CLOCK } from "../clock.js";
import { sha256InTurns } from "../sha256.js";
import { inPieces, isOnePiece } from "../turn.js";
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
  /** Of the payload, once somebody has asked for it. */
  sha256: Promise<string> | undefined;
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

  constructor(
    private readonly clock: Clock = SYSTEM_CLOCK,
    private readonly limits: InspectionLimits = LIMITS,
  ) {}

  /** How many documents are kept, and roughly how many bytes. */
  get size(): { documents: number; bytes: number } {
    return { documents: this.kept.size, bytes: this.bytes };
  }

  /**
   * What the file of a document is; read only where its bytes are not known. `sha256`: theirs, where it is known. The result is to be
   * treated as read-only. Rejects as `inspect`.
   */
  of(id: string, payload: Buffer, fileName: string, sha256?: string): Promise<Inspection> {
    const known = this.known(id, payload, fileName);
    if (known) return known;
    if (isOnePiece(payload)) return this.read(id, Buffer.from(payload), fileName, sha256);
    // Somebody else may have read it meanwhile.
    return this.copyOf(payload).then((own) => this.known(id, own, fileName) ?? this.read(id, own, fileName, sha256));
  }

  /** The SHA-256 of a document's bytes: made once for those that are kept, however many ask. */
  async sha256(id: string, payload: Buffer): Promise<string> {
    const kept = this.kept.get(id);
    // To compare costs a fifth of hashing, and no flow can have changed our own copy.
    if (!kept?.payload.equals(payload)) return sha256InTurns(payload, this.clock);
    kept.sha256 ??= sha256InTurns(kept.payload, this.clock);
    return kept.sha256;
  }

  private known(id: string, payload: Buffer, fileName: string): Promise<Inspection> | undefined {
    const before = this.kept.get(id);
    if (!before || before.fileName !== fileName || !before.payload.equals(payload)) return undefined;
    // Last in the map: the first is the one that was not asked for longest.
    this.kept.delete(id);
    this.kept.set(id, before);
    return before.inspection;
  }

  private read(id: string, own: Buffer, fileName: string, sha256: string | undefined): Promise<Inspection> {
    const known = this.kept.get(id)?.inspection.catch(() => undefined);
    const inspection = known ? known.then((one) => inspect(own, fileName, one)) : inspect(own, fileName);
    const hash = sha256 === undefined ? undefined : Promise.resolve(sha256);
    this.put(id, { payload: own, fileName, sha256: hash, inspection, bytes: own.length });
    return inspection;
  }

  private async copyOf(payload: Buffer): Promise<Buffer> {
    const own = Buffer.allocUnsafeSlow(payload.length);
    await inPieces(payload, this.clock, (piece, at) => piece.copy(own, at));
    return own;
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
