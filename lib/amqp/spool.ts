import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeDurably } from "../boxes/place.js";

/**
 * The exact bytes of sends that are under way, one file a document, so that a repeat is identical even when a signature
 * would come out different the second time (promises 1).
 */
export class Spool {
  constructor(private readonly folder: string) {}

  write(id: string, bytes: Buffer): void {
    mkdirSync(this.folder, { recursive: true });
    writeDurably(this.folder, id, bytes);
  }

  read(id: string): Buffer | undefined {
    const path = join(this.folder, id);
    return existsSync(path) ? readFileSync(path) : undefined;
  }

  remove(id: string): void {
    rmSync(join(this.folder, id), { force: true });
  }
}
