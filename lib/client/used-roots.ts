import { basename, dirname } from "node:path";
import type { Files } from "../files/files.js";
import { KeyedLock } from "../keyed-lock.js";

/** The clients of one Node-RED share the file and note their roots at the same time: one after the other, or a root is forgotten. */
const notes = new KeyedLock();

/**
 * Which roots have been used on this machine, in a file outside of all of them: a root that was, and has nothing of ours in it now, is
 * the empty folder that a share is mounted on, or its content was taken away; it is not a new one. With an empty path nothing is
 * known, and then every root without a marker is new.
 */
export class UsedRoots {
  constructor(
    private readonly path: string,
    private readonly files: Files,
  ) {}

  /** Id of the root that was used under this path, as it is set; undefined when none was. */
  idOf(root: string): string | undefined {
    return this.path === "" ? undefined : this.read()[root];
  }

  async note(root: string, id: string): Promise<void> {
    if (this.path === "") return;
    await notes.run(this.path, async () => {
      const known = this.read();
      if (known[root] === id) return;
      this.files.disk.makeFolder(dirname(this.path));
      const text = JSON.stringify({ ...known, [root]: id }, null, 2);
      await this.files.write(dirname(this.path), basename(this.path), Buffer.from(`${text}\n`), "us");
    });
  }

  private read(): Record<string, string> {
    try {
      return JSON.parse(this.files.disk.read(this.path).toString("utf8")) as Record<string, string>;
    } catch {
      return {};
    }
  }
}
