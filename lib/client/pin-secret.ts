import { createHash } from "node:crypto";
import { join } from "node:path";
import { codeOf } from "../errors.js";
import type { Files } from "../files/files.js";
import { MARKER } from "../files/folders.js";
import { makeFolder } from "../files/make-folder.js";
import type { Ids } from "../ids.js";

const FILE = "pin-secret";
const WHOLE = /^[0-9a-f]{64}\n$/;

/**
 * What the fingerprints of PINs in a shared ledger are made with: random, in a file of the root, never in the database. A PIN has so few
 * digits that whoever reads a fingerprint tries them all; without this file he has nothing to compare with. All who share the root share
 * it. Made at its first use, by a link, so that the first one is everybody's. Rejects with what the file system says, or that the
 * file is not what it was; never with its content.
 */
export class PinSecret {
  private known = "";

  constructor(
    private readonly root: string,
    private readonly files: Files,
    private readonly ids: Ids,
  ) {}

  async read(): Promise<string> {
    if (this.known === "") this.known = (await this.kept()) ?? (await this.made());
    return this.known;
  }

  /** What another process made, which may have ended before the name was durable: a PIN that was refused must not be known by one that is lost. */
  private async kept(): Promise<string | undefined> {
    const found = this.found();
    if (found !== undefined) await this.files.disk.syncFolder(join(this.root, MARKER));
    return found;
  }

  private get path(): string {
    return join(this.root, MARKER, FILE);
  }

  private found(): string | undefined {
    let text: string;
    try {
      text = this.files.disk.read(this.path).toString("latin1");
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined;
      throw error;
    }
    // A new one in its place would let out a PIN that was refused; nothing is compared by half of one either.
    if (!WHOLE.test(text)) throw new Error(`${this.path}: damaged`);
    return text.trimEnd();
  }

  private async made(): Promise<string> {
    const { files, ids } = this;
    const folder = join(this.root, MARKER);
    makeFolder(files.disk, folder);
    const half = join(folder, `${FILE}-${ids.handle()}.tmp`);
    try {
      const secret = createHash("sha256").update(`${ids.handle()}${ids.handle()}`).digest("hex");
      await files.disk.write(half, Buffer.from(`${secret}\n`), true);
      try {
        files.link(half, this.path);
      } catch (error) {
        // Another one was first.
        if (codeOf(error) !== "EEXIST") throw error;
      }
      await files.disk.syncFolder(folder);
    } finally {
      files.disk.remove(half);
    }
    const made = this.found();
    if (made === undefined) throw new Error(`${this.path}: not there`);
    return made;
  }
}
