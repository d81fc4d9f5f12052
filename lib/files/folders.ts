import { dirname, join } from "node:path";
import { codeOf, ImportClientError } from "../errors.js";
import { type Disk, SYSTEM_DISK } from "./disk.js";
import { isPlainName } from "./names.js";

/** A box of a business folder, as the official client names it (domain 2). */
export type BoxName = "OutBox" | "TempBox" | "SentBox" | "FailBox" | "InBox";

export const BOX_NAMES: readonly BoxName[] = ["OutBox", "TempBox", "SentBox", "FailBox", "InBox"];

/** Where receipts go that belong to no document (domain 2: `Others`). */
export const OTHERS = "Others";

/** Where declarations come that were subscribed to (domain 2: `DECSUB`); of its boxes only the InBox is used. */
export const DECSUB = "Decsub";

/** The folder in a root that says whose it is; an empty mount point has none. */
export const MARKER = ".single-window";

/** The folder of one business: its code as it stands on disk, and its boxes. */
export class BusinessFolder {
  private readonly boxes = new Map<BoxName, string>();

  constructor(
    readonly code: string,
    readonly path: string,
    private readonly disk: Disk = SYSTEM_DISK,
    private readonly assertRoot = () => {},
  ) {}

  /**
   * Path of a box, made when it is missing, also when somebody has removed it; a box that stands there in other case is used
   * as it is. Throws SW-FOLDER when the root itself is not there: an empty mount point gets no folders of ours.
   */
  box(name: BoxName): string {
    const known = this.boxes.get(name);
    if (known && this.disk.isFolder(known)) return known;
    const root = dirname(this.path);
    if (!this.disk.isFolder(root)) throw rootAway(root);
    this.assertRoot();
    this.disk.makeFolder(this.path);
    const path = join(this.path, existingName(this.disk, this.path, name) ?? name);
    this.disk.makeFolder(path);
    this.boxes.set(name, path);
    return path;
  }

  /** Path of a box that is there; undefined when it is not. Makes nothing. */
  existing(name: BoxName): string | undefined {
    const found = existingName(this.disk, this.path, name);
    return found && join(this.path, found);
  }

  /** Makes all five. */
  make(): void {
    for (const name of BOX_NAMES) this.box(name);
  }
}

/** The business folders below a root (`C:\ImpPath` of the official client); codes are matched without case (domain 2). */
export class Folders {
  private readonly known = new Map<string, BusinessFolder>();
  /** The root had its marker when it was looked at last. */
  private marked = false;

  constructor(
    readonly root: string,
    private readonly disk: Disk = SYSTEM_DISK,
  ) {}

  /** Before anything is made in the root: it is not the empty folder on which it was mounted until just now. */
  private assertRoot(): void {
    const marked = this.disk.isFolder(join(this.root, MARKER));
    if (this.marked && !marked) throw rootAway(this.root);
    this.marked = marked;
  }

  /** The folder of a code, whether it exists yet or not. */
  of(code: string): BusinessFolder {
    const key = code.toLowerCase();
    let folder = this.known.get(key);
    if (!folder) {
      const name = existingName(this.disk, this.root, code) ?? code;
      folder = new BusinessFolder(name, join(this.root, name), this.disk, () => this.assertRoot());
      this.known.set(key, folder);
    }
    return folder;
  }

  /**
   * The business folder that a text from outside names, without case: one that is there, in the root itself, with a box in it.
   * Undefined for every other text.
   */
  named(text: string): BusinessFolder | undefined {
    if (!isPlainName(text) || text.startsWith(".")) return undefined;
    const names = directories(this.disk, this.root);
    const name = names.includes(text) ? text : names.find((other) => other.toLowerCase() === text.toLowerCase());
    if (name === undefined) return undefined;
    const path = join(this.root, name);
    return BOX_NAMES.some((box) => existingName(this.disk, path, box)) ? this.of(name) : undefined;
  }

  /** Every folder below the root that has an OutBox. */
  withOutBox(): BusinessFolder[] {
    return directories(this.disk, this.root)
      .filter((name) => !name.startsWith(".") && existingName(this.disk, join(this.root, name), "OutBox") !== undefined)
      .map((name) => this.of(name));
  }

  /** Every folder below the root that has any box. */
  withAnyBox(): BusinessFolder[] {
    return directories(this.disk, this.root)
      .filter((name) => !name.startsWith("."))
      .map((name) => this.of(name))
      .filter((folder) => BOX_NAMES.some((box) => folder.existing(box) !== undefined));
  }

  /** Is there a folder of this code on disk? */
  exists(code: string): boolean {
    return existingName(this.disk, this.root, code) !== undefined;
  }
}

function rootAway(root: string): ImportClientError {
  return new ImportClientError(
    "SW-FOLDER",
    { zh: `报文根目录 ${root} 不存在或未挂载`, en: `the root folder ${root} is not there, or not mounted` },
    {
      advice: {
        zh: "请检查磁盘或网络共享；恢复后自动继续，单据不会失败。",
        en: "See to the disk or network share; work goes on by itself when it is back, no document fails.",
      },
    },
  );
}

function directories(disk: Disk, path: string): string[] {
  try {
    return disk
      .list(path)
      .filter(({ kind }) => kind === "folder")
      .map(({ name }) => name);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
}

/** The name of a directory in `path` that equals `name` without case; the exact one wins. */
function existingName(disk: Disk, path: string, name: string): string | undefined {
  if (disk.isFolder(join(path, name))) return name;
  return directories(disk, path).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
}
