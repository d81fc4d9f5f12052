import { join } from "node:path";
import type { Files } from "./files.js";
import { makeFolder } from "./make-folder.js";

/** Where they lie below a root, and where what was sent is kept. */
export const SPOOL_FOLDER = ".spool";
export const KEPT_FOLDER = ".sent";

/**
 * The exact bytes of sends that are under way, one file a document, so that a repeat is identical even when a signature
 * would come out different the second time (promises 1).
 */
export class Spool {
  private readonly folder: string;
  private readonly kept: string;

  /** `root`: the client's root folder. */
  constructor(
    root: string,
    private readonly files: Files,
  ) {
    this.folder = join(root, SPOOL_FOLDER);
    this.kept = join(root, KEPT_FOLDER);
  }

  /** `mayPlace` throws when somebody else may have the document by the time that its bytes are written. */
  async write(id: string, bytes: Buffer, mayPlace?: () => void): Promise<void> {
    makeFolder(this.files.disk, this.folder);
    await this.files.write(this.folder, id, bytes, "us", mayPlace);
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
   * Keeps what was sent of a document beside its archive, under the id of its message: the signature is in there, where it is in
   * the document. Nothing is kept of one that went out as it was claimed.
   */
  keep(id: string, messageId: string): void {
    const { disk } = this.files;
    if (!disk.exists(this.path(id))) return;
    disk.makeFolder(this.kept);
    this.files.moveNow(this.path(id), this.keptPath(messageId));
  }

  /** Where the bytes of a message lie that was sent. */
  keptPath(messageId: string): string {
    return join(this.kept, messageId);
  }

  /** Removes what was kept of a document, of each of its attempts. */
  removeKept(id: string, attempts: number): void {
    this.files.disk.remove(this.keptPath(id));
    for (let attempt = 2; attempt <= attempts; attempt++) this.files.disk.remove(this.keptPath(`${id}.${attempt}`));
  }

  /**
   * Ends what a stop left of documents that have ended: what was sent is kept, under the message id that `sentAs` gives, the
   * rest removed (empty text). Bytes that no row is known for stay: they are all that is left of a document. `mayGoOn` is called before each
   * step, and throws where somebody else may have the root, and write here, by then.
   */
  async sweep(sentAs: (id: string) => Promise<string | undefined>, mayGoOn: () => void): Promise<void> {
    for (const id of this.ids()) {
      const messageId = await sentAs(id);
      mayGoOn();
      if (messageId) this.keep(id, messageId);
      else if (messageId === "") this.remove(id);
    }
    const { disk } = this.files;
    mayGoOn();
    if (!disk.exists(this.folder)) return;
    for (const { name } of disk.list(this.folder)) if (name.endsWith(".tmp")) this.remove(name);
  }

  remove(id: string): void {
    this.files.disk.remove(this.path(id));
  }
}
