import { lstatSync, readdirSync, type Stats } from "node:fs";
import { join } from "node:path";
import { codeOf } from "../errors.js";
import { looksComplete } from "./complete.js";
import type { BusinessFolder } from "./folders.js";
import { isUnfinishedName } from "./names.js";

/** What a file looked like, to see whether it has been still since. */
interface Look {
  size: number;
  modified: number;
  inode: number;
}

interface Waiting {
  /** When it was first seen or last seen to change, by our own monotonic clock: wall clocks jump (promises 2). */
  stillSince: number;
  look: Look | undefined;
  reported: boolean;
}

/** A name in the OutBox that is no file of ours, or a file that does not get complete. */
export interface Oddity {
  name: string;
  reason: "folder" | "symlink" | "incomplete" | "unreadable";
  code?: string;
}

export interface OutBoxOptions {
  /** Files looked at in one scan, oldest first, so that 100,000 waiting ones cost a bounded time. */
  lookAhead?: number;
  /** Milliseconds without any change after which an unfinished file is reported. */
  incompleteAfter: number;
  /** Monotonic clock in milliseconds. */
  clock?: () => number;
}

/**
 * One OutBox as it is seen scan by scan. Scanning is the truth; whoever watches the folder only wakes the next scan.
 * `ready` gives the files that are complete by content and have not changed between two looks, in the order in which
 * they were first seen.
 */
export class OutBox {
  private readonly waiting = new Map<string, Waiting>();
  private readonly odd = new Set<string>();
  private readonly clock: () => number;
  private readonly lookAhead: number;

  constructor(
    readonly folder: BusinessFolder,
    private readonly options: OutBoxOptions,
  ) {
    this.clock = options.clock ?? (() => performance.now());
    this.lookAhead = options.lookAhead ?? 2000;
  }

  /** How many names were waiting at the last scan. */
  get size(): number {
    return this.waiting.size;
  }

  /** Reads the folder's names; throws what the file system throws when the share is away. */
  list(): Oddity[] {
    const oddities: Oddity[] = [];
    const seen = new Set<string>();
    for (const entry of readdirSync(this.folder.box("OutBox"), { withFileTypes: true })) {
      if (isUnfinishedName(entry.name)) continue;
      seen.add(entry.name);
      if (entry.isFile()) {
        this.odd.delete(entry.name);
        if (!this.waiting.has(entry.name)) {
          this.waiting.set(entry.name, { stillSince: this.clock(), look: undefined, reported: false });
        }
      } else if (!this.odd.has(entry.name)) {
        this.odd.add(entry.name);
        oddities.push({ name: entry.name, reason: entry.isSymbolicLink() ? "symlink" : "folder" });
      }
    }
    for (const name of this.waiting.keys()) if (!seen.has(name)) this.waiting.delete(name);
    for (const name of this.odd) if (!seen.has(name)) this.odd.delete(name);
    return oddities;
  }

  /** Up to `limit` files that can be claimed now. Files that stay unfinished too long come back as oddities, each once. */
  ready(limit: number): { names: string[]; oddities: Oddity[] } {
    const names: string[] = [];
    const oddities: Oddity[] = [];
    let looked = 0;
    for (const [name, waiting] of this.waiting) {
      if (names.length >= limit || looked++ >= this.lookAhead) break;
      try {
        if (this.isReady(name, waiting)) {
          names.push(name);
          continue;
        }
      } catch (error) {
        const code = codeOf(error) ?? "";
        if (code === "ENOENT") {
          this.waiting.delete(name);
          continue;
        }
        // Virus scanners and writers hold files for a while; the next scan tries again.
        waiting.look = undefined;
        if (this.overdue(waiting)) oddities.push({ name, reason: "unreadable", code });
        continue;
      }
      if (this.overdue(waiting)) oddities.push({ name, reason: "incomplete" });
    }
    return { names, oddities };
  }

  /** The file was claimed, or has gone. */
  forget(name: string): void {
    this.waiting.delete(name);
  }

  /** What the file looked like when it was found ready. */
  lookOf(name: string): Look | undefined {
    return this.waiting.get(name)?.look;
  }

  private isReady(name: string, waiting: Waiting): boolean {
    const path = join(this.folder.box("OutBox"), name);
    const look = lookAt(lstatSync(path));
    const still = waiting.look !== undefined && sameLook(waiting.look, look);
    if (!still) waiting.stillSince = this.clock();
    waiting.look = look;
    return still && looksComplete(path, look.size);
  }

  private overdue(waiting: Waiting): boolean {
    if (waiting.reported || this.clock() - waiting.stillSince < this.options.incompleteAfter) return false;
    waiting.reported = true;
    return true;
  }
}

export function lookAt(stats: Stats): Look {
  return { size: stats.size, modified: stats.mtimeMs, inode: stats.ino };
}

export function sameLook(one: Look, other: Look): boolean {
  return one.size === other.size && one.modified === other.modified && one.inode === other.inode;
}
