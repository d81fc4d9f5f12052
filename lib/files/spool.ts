import { join } from "node:path";
import type { Files } from "./files.js";
import { makeFolder } from "./make-folder.js";

/**
 * The exact bytes of sends that are under way, one file a document, so that a repeat is identical even when a signature
 * would come out different the second time (promises 1).
 */
export class Spool {
  private readonly folder: string;

  /** `root`: the client's root folder. */
  constructor(
    root: string,
    private readonly files: Files,
  ) {
    this.folder = join(root, ".spool");
  }

  async write(id: string, bytes: Buffer): Promise<void> {
    makeFolder(this.files.disk, this.folder);
    await this.files.write(this.folder, id, bytes, "us");
  }

  /** Where a document's bytes lie, while it is under way. */
  path(id: string): string {
    return join(this.folder, id);
  }

  read(id: string): Buffer | undefined {
    const path = this.path(id);
    return this.files.disk.exists(path) ? this.files.disk.read(path) : undefined;
  }

  /** Ids of the documents whose bytes lie here. */
  ids(): string[] {
    const { disk } = this.files;
    if (!disk.exists(this.folder)) return [];
    return disk.list(this.folder).flatMap(({ name, kind }) => (kind === "file" && !name.endsWith(".tmp") ? name : []));
  }

  /**
   * Removes what a stop left of documents that have ended. Bytes that no row is known for stay: they are all that is left of a
   * document.
   */
  async sweep(hasEnded: (id: string) => Promise<boolean>): Promise<void> {
    for (const id of this.ids()) if (await hasEnded(id)) this.remove(id);
    const { disk } = this.files;
    if (!disk.exists(this.folder)) return;
    for (const { name } of disk.list(this.folder)) if (name.endsWith(".tmp")) this.remove(name);
  }

  remove(id: string): void {
    this.files.disk.remove(this.path(id));
  }
}
