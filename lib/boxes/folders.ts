import { mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Box } from "../ledger/index.js";

export type BoxName = Exclude<Box, "none"> | "InBox";

export const BOX_NAMES: readonly BoxName[] = ["OutBox", "TempBox", "SentBox", "FailBox", "InBox"];

/** Where receipts go that belong to no document (domain 2: `Others`). */
export const OTHERS = "Others";

/** The folder of one business: its code as it stands on disk, and its boxes. */
export class BusinessFolder {
  private readonly boxes = new Map<BoxName, string>();

  constructor(
    readonly code: string,
    readonly path: string,
  ) {}

  /** Path of a box, made when it is missing; a box that stands there in other case is used as it is. */
  box(name: BoxName): string {
    let path = this.boxes.get(name);
    if (!path) {
      mkdirSync(this.path, { recursive: true });
      path = join(this.path, existingName(this.path, name) ?? name);
      mkdirSync(path, { recursive: true });
      this.boxes.set(name, path);
    }
    return path;
  }

  /** Makes all five. */
  make(): void {
    for (const name of BOX_NAMES) this.box(name);
  }
}

/** The business folders below a root (`C:\ImpPath` of the official client); codes are matched without case (domain 2). */
export class Folders {
  private readonly known = new Map<string, BusinessFolder>();

  constructor(readonly root: string) {}

  /** The folder of a code, whether it exists yet or not. */
  of(code: string): BusinessFolder {
    const key = code.toLowerCase();
    let folder = this.known.get(key);
    if (!folder) {
      const name = existingName(this.root, code) ?? code;
      folder = new BusinessFolder(name, join(this.root, name));
      this.known.set(key, folder);
    }
    return folder;
  }

  /** Every folder below the root that has an OutBox. */
  withOutBox(): BusinessFolder[] {
    return directories(this.root)
      .filter((name) => !name.startsWith(".") && existingName(join(this.root, name), "OutBox") !== undefined)
      .map((name) => this.of(name));
  }

  /** Is there a folder of this code on disk? */
  exists(code: string): boolean {
    return existingName(this.root, code) !== undefined;
  }
}

function directories(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** The name of a directory in `path` that equals `name` without case; the exact one wins. */
function existingName(path: string, name: string): string | undefined {
  if (statSync(join(path, name), { throwIfNoEntry: false })?.isDirectory()) return name;
  return directories(path).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
}
