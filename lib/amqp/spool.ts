import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeDurably } from "../boxes/place.js";

/**
 * The exact bytes of sends that are under way, one file a document, so that a repeat is identical even when a signature
 * would come out different the second time (promises 1).
 */
export class Spool {
  private readonly folder: string;

  /** `root`: the client's root folder. */
  constructor(root: string) {
    this.folder = join(root, ".spool");
  }

  write(id: string, bytes: Buffer): void {
    mkdirSync(this.folder, { recursive: true });
    writeDurably(this.folder, id, bytes);
  }

  /** Where a document's bytes lie, while it is under way. */
  path(id: string): string {
    return join(this.folder, id);
  }

  read(id: string): Buffer | undefined {
    const path = this.path(id);
    return existsSync(path) ? readFileSync(path) : undefined;
  }

  /** Removes what a stop left of documents that are no longer open. */
  async sweep(isOpen: (id: string) => Promise<boolean>): Promise<void> {
    if (!existsSync(this.folder)) return;
    for (const name of readdirSync(this.folder)) if (!(await isOpen(name.replace(/\.tmp$/, "")))) this.remove(name);
  }

  remove(id: string): void {
    rmSync(this.path(id), { force: true });
  }
}
