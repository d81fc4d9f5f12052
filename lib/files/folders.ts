import { dirname, join } from "node:path";
import { codeOf, ImportClientError } from "../errors.js";
import { BOX_NAMES, type BoxName, type BoxPath, BoxPlace } from "./box-place.js";
import { type Disk, SYSTEM_DISK } from "./disk.js";
import { assertNoFile, makeFolder } from "./make-folder.js";
import { isPlainName } from "./names.js";

export { BOX_NAMES, type BoxName } from "./box-place.js";

/** Where receipts go that belong to no document (domain 2: `Others`). */
export const OTHERS = "Others";

/** Where declarations come that were subscribed to (domain 2: `DECSUB`); of its boxes only the InBox is used. */
export const DECSUB = "Decsub";

/** The folder in a root that says whose it is; an empty mount point has none. */
export const MARKER = ".single-window";
/** The file in it that does. */
export const ROOT_FILE = "root.json";

/** The folder of one business: its code as it stands on disk, and its boxes. */
export class BusinessFolder {
  private readonly boxes = new Map<BoxName, string>();

  constructor(
    readonly code: string,
    readonly path: string,
    private readonly disk: Disk = SYSTEM_DISK,
    private readonly assertRoot = () => {},
    /** The boxes that lie elsewhere. */
    private readonly places: ReadonlyMap<BoxName, BoxPlace> = new Map(),
  ) {}

  /**
   * Path of a box, made when it is missing, also when somebody has removed it; a box that stands there in other case is used
   * as it is. Throws SW-FOLDER when the root itself is not there, an empty mount point gets no folders of ours, and when a file stands
   * where the box should be. A box that lies
   * elsewhere is not made: throws what `BoxPlace.use` says.
   */
  box(name: BoxName): string {
    const place = this.places.get(name);
    if (place) return place.use();
    const known = this.boxes.get(name);
    if (known && this.disk.isFolder(known)) return known;
    const root = dirname(this.path);
    if (!this.disk.isFolder(root)) throw rootAway(root);
    this.assertRoot();
    this.makeFolder(this.path);
    const path = join(this.path, existingName(this.disk, this.path, name) ?? name);
    this.makeFolder(path);
    this.boxes.set(name, path);
    return path;
  }

  private makeFolder(path: string): void {
    if (this.disk.isFolder(path)) return;
    makeFolder(this.disk, path);
    this.disk.share(path);
  }

  /** Path of a box that is there; undefined when it is not. Makes nothing. */
  existing(name: BoxName): string | undefined {
    const place = this.places.get(name);
    if (place) return place.isThere() ? place.path : undefined;
    const found = existingName(this.disk, this.path, name);
    return found && join(this.path, found);
  }

  /** Does a box lie elsewhere, maybe on another volume? */
  isElsewhere(...names: readonly BoxName[]): boolean {
    return names.some((name) => this.places.has(name));
  }

  /**
   * Throws SW-FOLDER or SW-OWNER when a box that lies elsewhere is not there or not ours, or a file stands where a box should be: nothing
   * is done in this folder then.
   */
  assertWhole(): void {
    for (const place of this.places.values()) place.use();
    assertNoFile(this.disk, this.path);
    for (const name of BOX_NAMES) if (!this.places.has(name)) assertNoFile(this.disk, this.pathOf(name));
  }

  /** Does a file stand where a box should be, so that it is none that is missing? */
  isBlocked(name: BoxName): boolean {
    return !this.places.has(name) && this.disk.exists(this.pathOf(name)) && !this.disk.isFolder(this.pathOf(name));
  }

  private pathOf(name: BoxName): string {
    return this.boxes.get(name) ?? join(this.path, name);
  }

  /** Can nothing be done in it now (`assertWhole`)? */
  isAway(): boolean {
    try {
      this.assertWhole();
      return false;
    } catch {
      return true;
    }
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

  /** The boxes that lie elsewhere, by folder code in lower case. */
  private readonly places = new Map<string, Map<BoxName, BoxPlace>>();
  private owner: string | undefined;

  constructor(
    readonly root: string,
    private readonly disk: Disk = SYSTEM_DISK,
    private readonly paths: readonly BoxPath[] = [],
  ) {
    for (const { folder, box, path } of paths) {
      const code = folder.toLowerCase();
      const places = this.places.get(code) ?? new Map<BoxName, BoxPlace>();
      this.places.set(code, places.set(box, new BoxPlace(path, disk, () => this.owner)));
    }
  }

  /** From now on the boxes that lie elsewhere have to be marked with this name. `first`: paths of those that were never used. */
  claimPlaces(owner: string, first: (path: string) => boolean): void {
    this.owner = owner;
    for (const places of this.places.values()) {
      for (const place of places.values()) if (first(place.path)) place.begin(owner);
    }
  }

  /** Throws SW-FOLDER or SW-OWNER while nothing can be done in any of the folders (`BusinessFolder.assertWhole`). */
  assertWhole(): void {
    for (const folder of this.all()) folder.assertWhole();
  }

  /** The root has its marker: whoever finds none from now on is in another place. To be called by who has just written or read it. */
  expectRoot(): void {
    this.marked = true;
  }

  /** Before anything is made in the root. Throws SW-FOLDER when it is the empty folder on which it was mounted until just now. */
  assertRoot(): void {
    // Who starts makes the folder of the marker, also on an empty mount point; nobody marks what it does not know.
    const marked = this.disk.exists(join(this.root, MARKER, ROOT_FILE));
    if (this.marked && !marked) throw rootAway(this.root);
    this.marked = marked;
  }

  /** The folder of a code, whether it exists yet or not. */
  of(code: string): BusinessFolder {
    const key = code.toLowerCase();
    let folder = this.known.get(key);
    if (!folder) {
      const set = this.paths.find((path) => path.folder.toLowerCase() === key)?.folder;
      const name = existingName(this.disk, this.root, code) ?? set ?? code;
      const path = join(this.root, name);
      folder = new BusinessFolder(name, path, this.disk, () => this.assertRoot(), this.places.get(key));
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
    if (this.places.has(text.toLowerCase())) return this.of(text);
    const names = directories(this.disk, this.root);
    const name = names.includes(text) ? text : names.find((other) => other.toLowerCase() === text.toLowerCase());
    if (name === undefined) return undefined;
    const path = join(this.root, name);
    return BOX_NAMES.some((box) => existingName(this.disk, path, box)) ? this.of(name) : undefined;
  }

  /** Every folder that has an OutBox, below the root or elsewhere; also one that is away now, or in whose place a file stands. */
  withOutBox(): BusinessFolder[] {
    const has = (folder: BusinessFolder) =>
      folder.isElsewhere("OutBox") || folder.existing("OutBox") !== undefined || folder.isBlocked("OutBox");
    return this.all().filter(has);
  }

  /** Every folder that has any box, below the root or elsewhere; also one that is away now. */
  withAnyBox(): BusinessFolder[] {
    return this.all().filter((folder) =>
      BOX_NAMES.some((box) => folder.isElsewhere(box) || folder.existing(box) !== undefined),
    );
  }

  private all(): BusinessFolder[] {
    const below = directories(this.disk, this.root).filter((name) => !name.startsWith("."));
    return [...new Set([...below, ...this.places.keys()].map((name) => this.of(name)))];
  }

  /** Is there a folder of this code on disk, or a path for a box of it? */
  exists(code: string): boolean {
    return this.places.has(code.toLowerCase()) || existingName(this.disk, this.root, code) !== undefined;
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
