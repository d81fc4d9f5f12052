import { join } from "node:path";
import { codeOf } from "../../errors.js";
import type { Disk } from "../../files/disk.js";
import { isDay, isNoise, isUnfinishedName, withoutStamp } from "../../files/names.js";

/** A file that the official client put into a box. */
export interface Archived {
  folder: string;
  box: "SentBox" | "FailBox" | "InBox";
  /** With the sub-folder of its day, where there is one. */
  boxName: string;
  path: string;
  /** By its stamp, else by its time. */
  at: number;
}

/** A folder's time is not exact: within this many milliseconds after a change it is read again. */
const INEXACT = 3000;

interface Listing {
  modified: number;
  readAt: number;
  names: ReadonlySet<string>;
  /** Folders by day in it. */
  days: readonly string[];
}

/**
 * What is new in the boxes that the official client fills. Only names that lie there now are remembered, and a folder whose time has not
 * changed is not read again.
 */
export class Archives {
  private readonly listings = new Map<string, Listing>();

  constructor(
    private readonly disk: Disk,
    private readonly now: () => number,
  ) {}

  /** New files of a box, in no order. Of a box that is away there are none. */
  async newIn(folder: string, box: Archived["box"], path: string): Promise<Archived[]> {
    const found: Archived[] = [];
    const days = await this.newNames(path, "", (name) => found.push(this.archived(folder, box, path, name)));
    for (const day of days) {
      await this.newNames(join(path, day), `${day}/`, (name) => found.push(this.archived(folder, box, path, name)));
    }
    return found;
  }

  /** It could not be read: it is new again the next time. */
  again({ path, boxName }: Archived): void {
    const slash = boxName.lastIndexOf("/");
    const name = boxName.slice(slash + 1);
    const listing = this.listings.get(path.slice(0, path.length - name.length - 1));
    if (!listing) return;
    (listing.names as Set<string>).delete(name);
    listing.readAt = 0;
    listing.modified = -1;
  }

  private archived(folder: string, box: Archived["box"], root: string, boxName: string): Archived {
    const path = join(root, boxName);
    const stamped = withoutStamp(boxName.replace(/^.*\//, "")).at;
    return { folder, box, boxName, path, at: stamped ?? this.disk.facts(path)?.modified ?? this.now() };
  }

  private async newNames(path: string, prefix: string, each: (boxName: string) => void): Promise<readonly string[]> {
    const known = this.listings.get(path);
    try {
      const modified = this.disk.facts(path)?.modified;
      if (modified === undefined) {
        this.listings.delete(path);
        return [];
      }
      if (known && known.modified === modified && known.readAt - modified > INEXACT) return known.days;
      const readAt = this.now();
      const names = new Set<string>();
      const days: string[] = [];
      const fresh: string[] = [];
      for await (const { name, kind } of this.disk.walk(path)) {
        if (kind === "folder" && prefix === "" && isDay(name)) days.push(name);
        if (kind !== "file" || isNoise(name) || isUnfinishedName(name)) continue;
        names.add(name);
        if (!known?.names.has(name)) fresh.push(name);
      }
      this.listings.set(path, { modified, readAt, names, days });
      for (const name of fresh) each(`${prefix}${name}`);
      return days;
    } catch (error) {
      if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") this.listings.delete(path);
      return known?.days ?? [];
    }
  }
}
