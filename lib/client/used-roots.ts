import { basename, dirname } from "node:path";
import type { Files } from "../files/files.js";
import { KeyedLock } from "../keyed-lock.js";

/** The clients of one Node-RED share the file and note their roots at the same time: one after the other, or a root is forgotten. */
const notes = new KeyedLock();

/** What is known of a root by the path under which it was used. */
interface UsedRoot {
  id: string;
  /** How far it had come here (`Site.count`); absent where that is not counted. */
  count?: number;
}

/**
 * Which roots have been used on this machine, in a file outside of all of them: a root that was, and has nothing of ours in it now, is
 * the empty folder that a share is mounted on, or its content was taken away; it is not a new one. One that has not come as far as it had
 * come here is an older copy. With an empty path nothing is known, and then every root without a marker is new.
 */
export class UsedRoots {
  constructor(
    private readonly path: string,
    private readonly files: Files,
  ) {}

  /** Id of the root that was used under this path, as it is set; undefined when none was. */
  idOf(root: string): string | undefined {
    return this.path === "" ? undefined : this.read()[root]?.id;
  }

  /** How far the root of this id had come on this machine, under whatever path; undefined where that is not known. */
  countOf(id: string): number | undefined {
    if (this.path === "") return undefined;
    const counts = Object.values(this.read()).flatMap((known) => (known.id === id ? (known.count ?? []) : []));
    return counts.length > 0 ? Math.max(...counts) : undefined;
  }

  async note(root: string, id: string, count?: number): Promise<void> {
    if (this.path === "") return;
    await notes.run(this.path, async () => {
      const known = this.read();
      const before = known[root]?.id === id ? known[root] : undefined;
      if (before && (count === undefined || count <= (before.count ?? 0))) return;
      this.files.disk.makeFolder(dirname(this.path));
      const text = JSON.stringify({ ...known, [root]: { id, ...(count !== undefined && { count }) } }, null, 2);
      await this.files.write(dirname(this.path), basename(this.path), Buffer.from(`${text}\n`), "us");
    });
  }

  private read(): Record<string, UsedRoot> {
    try {
      const known = JSON.parse(this.files.disk.read(this.path).toString("utf8")) as Record<string, string | UsedRoot>;
      // Earlier versions wrote the id alone.
      const whole = ([path, used]: [string, string | UsedRoot]) => [
        path,
        typeof used === "string" ? { id: used } : used,
      ];
      return Object.fromEntries(Object.entries(known).map(whole));
    } catch {
      return {};
    }
  }
}
