import { dirname, join, sep } from "node:path";
import type { Clock } from "../clock.js";
import { codeOf, ImportClientError, messageOf } from "../errors.js";
import type { HeldFile } from "../files/disk.js";
import type { Files } from "../files/files.js";
import { MARKER, ROOT_FILE } from "../files/folders.js";
import { makeFolder } from "../files/make-folder.js";
import type { KnownPlace } from "../ledger/index.js";
import type { Owner } from "../ledger/rules/owner.js";

/** What a root knows of itself, written into it at its first use. */
export interface RootFacts extends Owner {
  /** Of this root, whatever path it is seen under. */
  id: string;
  /** Name of the ledger that belongs to it; another one, or none, is found out by it. */
  ledger: string;
  /** Address of that one where several instances may share it, as one of them has it set; nothing secret. */
  shared?: string;
  /** Where its ledger was moved to last, by `ledger copy`; absent where it never was. */
  at?: string;
}

/** How far a ledger has come, as the root knows it. */
export interface LedgerPlace extends KnownPlace {
  /** What its file is marked with, or was until just now (`Ledger.stamp`). */
  marks: readonly number[];
}

const NOTE =
  "本目录属于一个导入客户端，请勿删除或复制到别处 / this root belongs to one import client: do not delete this file, or copy it elsewhere";
/** Bytes of the file that says how far the ledger has come; always as many, so that it can be written in its place. */
const PLACE_SIZE = 256;
/** Milliseconds between two writes of it: commits come by the hundred. */
const APART = 50;
/** Further than any ledger comes: one that was found to be behind stays so until it is bound anew, whatever is written into it meanwhile. */
const NEVER = Number.MAX_SAFE_INTEGER;

/**
 * The folder `.single-window` in a root: whose it is, its ledger and how far that has come, and who works on it. A root without it is
 * new, or it is the empty folder that a share is mounted on.
 */
export class RootMarker {
  readonly folder: string;
  readonly leasePath: string;

  constructor(
    root: string,
    private readonly files: Files,
  ) {
    this.folder = join(root, MARKER);
    this.leasePath = join(this.folder, "lease.json");
  }

  /** Undefined when there is none. Throws SW-OWNER when it cannot be understood, else what the file system says. */
  read(): RootFacts | undefined {
    const path = join(this.folder, ROOT_FILE);
    const text = this.textOf(path);
    if (text === undefined) return undefined;
    try {
      const { id, environment, clientId, ledger, shared, at } = JSON.parse(text) as Record<keyof RootFacts, unknown>;
      if (environment !== "test" && environment !== "production") throw new Error(`environment: ${environment}`);
      const facts = { id: String(id), environment, clientId: String(clientId), ledger: String(ledger) } as const;
      return { ...facts, ...(typeof shared === "string" && { shared }), ...(typeof at === "string" && { at }) };
    } catch (error) {
      throw new ImportClientError(
        "SW-OWNER",
        { zh: `${path} 无法读懂：${messageOf(error)}`, en: `${path} cannot be read: ${messageOf(error)}` },
        {
          cause: error,
          advice: {
            zh: "请从备份恢复该文件，或在侧栏中确认归属。",
            en: "Restore the file from a backup, or confirm in the sidebar whose root it is.",
          },
          details: { reason: "owner" },
        },
      );
    }
  }

  /** `mayPlace` is called before the file gets its name, and throws what keeps it from that. */
  async write(facts: RootFacts, mayPlace?: () => void): Promise<void> {
    this.makeFolder();
    const text = JSON.stringify({ note: NOTE, version: 1, ...facts }, null, 2);
    await this.files.write(this.folder, ROOT_FILE, Buffer.from(`${text}\n`), "us", mayPlace);
  }

  /** Makes what another process has written durable. */
  keep(): Promise<void> {
    return this.files.disk.syncFolder(this.folder);
  }

  /** Does a ledger lie under this path? A root with its own ledger in it is there, with a marker or without. */
  hasLedger(ledger: string): boolean {
    return ledger.startsWith(dirname(this.folder) + sep) && (this.files.disk.facts(ledger)?.size ?? 0) > 0;
  }

  makeFolder(): void {
    makeFolder(this.files.disk, this.folder);
  }

  /** How far the ledger had come; undefined where nobody wrote it down. */
  place(): LedgerPlace | undefined {
    const text = this.textOf(this.placePath);
    try {
      const { ledger, place, marks } = JSON.parse(text ?? "") as Record<keyof LedgerPlace, unknown>;
      const known = Array.isArray(marks) ? marks.map(Number) : [];
      return { ledger: String(ledger), place: Number(place) || 0, marks: known };
    } catch {
      return undefined;
    }
  }

  /** Writes down where the ledger is; each place that it comes to is given to what this returns. */
  follow(now: LedgerPlace, clock: Clock): PlaceWriter {
    return new PlaceWriter(this.files.disk.holdAgain(this.placePath), now, () => this.place(), clock);
  }

  /**
   * Writes down that the ledger of this name, empty where it has none, lacks what was done: it stays so until `follow` is asked for a ledger
   * of another name, also when this process ends before.
   */
  async doubt(ledger: string): Promise<void> {
    const file = this.files.disk.holdAgain(this.placePath);
    try {
      file.writeNow(bytesOf({ ledger, place: NEVER, marks: this.place()?.marks ?? [] }));
      await file.sync();
    } finally {
      file.close();
    }
  }

  private get placePath(): string {
    return join(this.folder, "ledger-place.json");
  }

  private textOf(path: string): string | undefined {
    try {
      return this.files.disk.read(path).toString("utf8");
    } catch (error) {
      if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
      throw error;
    }
  }
}

function bytesOf(known: LedgerPlace): Buffer {
  return Buffer.from(`${JSON.stringify(known).padEnd(PLACE_SIZE - 1)}\n`);
}

/**
 * Writes down how far the ledger has come, soon after each commit and without waiting for it: one write at a time, the newest place with
 * it. It is never ahead of the ledger, so a ledger that is behind it is an older copy. Nor is it ever lowered, whoever wrote it: others that
 * share the ledger may have come further, and who goes on with an older copy without knowing shall not hide it. Once another one has bound
 * the root to a ledger of another name, there is nothing to be written about this one.
 */
export class PlaceWriter {
  /** There is something to be written, and a write is under way. */
  private isNew = false;
  private writing = false;
  /** Ends the pause before the next write. */
  private hurry: () => void = () => {};

  constructor(
    private readonly file: HeldFile,
    private known: LedgerPlace,
    private readonly written: () => LedgerPlace | undefined,
    private readonly clock: Clock,
  ) {
    file.writeNow(bytesOf(this.furthest(this.written())));
  }

  /** The ledger's file has this mark now, and no other. */
  marked(mark: number): void {
    this.set({ ...this.known, marks: [mark] });
  }

  note(place: number): void {
    this.set({ ...this.known, place });
  }

  /** What is new is written before it closes. */
  close(): void {
    this.hurry();
    try {
      const bytes = this.isNew || this.writing ? this.bytes() : undefined;
      if (bytes) this.file.writeNow(bytes);
    } catch {
      // A root that is away: the next one finds the ledger further than the root knows, which is no fault.
    }
    this.file.close();
  }

  private set(known: LedgerPlace): void {
    this.known = known;
    this.isNew = true;
    if (!this.writing) void this.write();
  }

  private async write(): Promise<void> {
    this.writing = true;
    try {
      while (this.isNew) {
        this.isNew = false;
        const bytes = this.bytes();
        if (bytes) await this.file.write(bytes);
        await this.pause();
      }
    } catch {
      // As above; the next commit tries again.
    } finally {
      this.writing = false;
    }
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.clock.after(APART, resolve);
      this.hurry = () => {
        cancel();
        resolve();
      };
    });
  }

  private bytes(): Buffer | undefined {
    const before = this.written();
    return before && before.ledger !== this.known.ledger ? undefined : bytesOf(this.furthest(before));
  }

  private furthest(before: LedgerPlace | undefined): LedgerPlace {
    const { known } = this;
    return before?.ledger === known.ledger ? { ...known, place: Math.max(before.place, known.place) } : known;
  }
}
