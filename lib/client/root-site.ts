import { join } from "node:path";
import type { Files } from "../files/files.js";
import { MARKER } from "../files/folders.js";
import type { Host } from "../host.js";
import { realPath } from "./separation.js";
import type { UsedRoots } from "./used-roots.js";

/** Where a root lay when a client of its own last wrote it down, in the root itself: a copy takes it along. */
export interface Site {
  /** Through every link. */
  path: string;
  /** What its folder is known by on its disk (`Disk.lasting`); empty where nothing lasts. */
  folder: string;
  /** Name of the machine, for people. */
  host: string;
  /** How often this was written down: at each start and stop in good order, and every hour. A copy stays behind. */
  count: number;
  /** A client was at work with it: nobody has stopped since in good order. */
  open: boolean;
  /** When, milliseconds since the epoch. */
  at: number;
}

const NOTE =
  "根目录所在位置，用于发现副本，请勿修改 / where this root lies, by which a copy of it is found out: leave it as it is";
const FILE = "site.json";
/** Made for a moment, for its time. */
const NOW = "now.tmp";

/** The file in a root that says where it lies, and how far it has come: every process that has its lease writes it. */
export class RootSite {
  private readonly folder: string;

  constructor(
    private readonly root: string,
    private readonly files: Files,
    private readonly used: UsedRoots,
  ) {
    this.folder = join(root, MARKER);
  }

  /** Undefined where nobody wrote it down, an earlier version say, or where it cannot be understood. */
  read(): Site | undefined {
    try {
      const text = this.files.disk.read(join(this.folder, FILE)).toString("utf8");
      const { path, folder, host, count, open, at } = JSON.parse(text) as Record<keyof Site, unknown>;
      const names = { path: String(path), folder: String(folder), host: String(host) };
      return { ...names, count: Number(count) || 0, open: open === true, at: Number(at) || 0 };
    } catch {
      return undefined;
    }
  }

  /** Where it lies now. */
  here(): Pick<Site, "path" | "folder"> {
    const { disk } = this.files;
    return { path: realPath(this.root, disk), folder: disk.lasting(this.folder) };
  }

  /**
   * Writes down where the root of this id lies now, and tells this machine how far it has come: the root first, or it would be taken for
   * behind. `mayPlace` is called before the file gets its name, and throws what keeps it from that: who was frozen meanwhile would take it
   * back. Rejects with what the file system says of the root; a list that cannot be written stops nothing.
   */
  async note(id: string, open: boolean, { host, at }: { host: Host; at: number }, mayPlace: () => void): Promise<void> {
    const count = 1 + Math.max(this.read()?.count ?? 0, this.used.countOf(id) ?? 0);
    const site: Site = { ...this.here(), host: host.mark().host, count, open, at };
    const text = JSON.stringify({ note: NOTE, version: 1, ...site }, null, 2);
    await this.files.write(this.folder, FILE, Buffer.from(`${text}\n`), "us", mayPlace);
    await this.used.note(this.root, id, count).catch(() => undefined);
  }

  /** What the root's disk has for the time now, as `FileFacts.changed` counts it. */
  async now(): Promise<number> {
    const { disk } = this.files;
    const path = join(this.folder, NOW);
    await disk.write(path, Buffer.alloc(0));
    const changed = disk.facts(path)?.changed ?? 0;
    disk.remove(path);
    return changed;
  }
}
