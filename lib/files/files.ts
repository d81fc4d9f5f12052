import { dirname, join } from "node:path";
import { crashPoint } from "../crash-point.js";
import { codeOf } from "../errors.js";
import { bytesOf } from "./bytes.js";
import { type Disk, SYSTEM_DISK } from "./disk.js";
import { makeFolder } from "./make-folder.js";
import { halfName, numberedName } from "./names.js";

/** A folder's sync that is under way, and the one that begins when it ends. */
interface FolderSync {
  running: Promise<void>;
  next?: Promise<void>;
}

/** What file systems say that have no links, or none to another volume; a real lack of rights shows in the rename as well. */
const NO_LINKS = new Set(["EXDEV", "EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EINVAL", "EACCES"]);

// A file system may not tell a from A.
const keyOf = (folder: string, name: string) => join(folder, name).toLowerCase();

/** What is half written of a file with these bytes. */
const halfOf = (folder: string, wanted: string, sha256: string) => join(folder, `${wanted}.${sha256.slice(0, 8)}.tmp`);

/** What is being written on each disk: a client that a deploy has ended may still be at it when the next one begins. */
const WRITES = new WeakMap<Disk, Map<string, Promise<unknown>>>();

/**
 * Places files where strangers read them: never half, never over another, durable when it says so (design, "Boxes"). One for
 * each client: the names that it has given out are its own.
 */
export class Files {
  /** Paths of names that are given out and whose files are not there yet. */
  private readonly reserved = new Set<string>();
  private readonly folderSyncs = new Map<string, FolderSync>();
  /** Paths that are being written, each with the write that comes last. */
  private readonly writes: Map<string, Promise<unknown>>;

  constructor(readonly disk: Disk = SYSTEM_DISK) {
    this.writes = WRITES.get(disk) ?? new Map();
    WRITES.set(disk, this.writes);
  }

  /**
   * A name that is free in a folder: the wanted one, or with `(2)`, `(3)` ... before its extension. One that the file of the path `source` has
   * already, for a move that was interrupted, is free for that.
   */
  freeName(folder: string, wanted: string, source?: string): string {
    for (let number = 1; ; number++) {
      const name = number === 1 ? wanted : numberedName(wanted, number);
      const path = join(folder, name);
      const taken = this.disk.exists(path) && !(source !== undefined && this.isOneFile(source, path));
      if (!taken && !this.reserved.has(keyOf(folder, name))) return name;
    }
  }

  /**
   * Runs work that writes a file under a free name, and keeps that name from everybody else until it is done: between the
   * row that names a file and the file itself another receipt of the same millisecond would find the name free, and
   * overwrite it. `source` as in `freeName`.
   */
  async withFreeName<T>(
    folder: string,
    wanted: string,
    work: (name: string) => Promise<T>,
    source?: string,
  ): Promise<T> {
    const name = this.freeName(folder, wanted, source);
    const key = keyOf(folder, name);
    this.reserved.add(key);
    try {
      return await work(name);
    } finally {
      this.reserved.delete(key);
    }
  }

  /** Moves a file, by copy when the target is on another volume: the source goes last, so it is never nowhere. */
  async move(source: string, target: string): Promise<void> {
    const { disk } = this;
    try {
      this.rename(source, target);
    } catch (error) {
      if (codeOf(error) !== "EXDEV") throw error;
      await this.copy(source, target);
      disk.remove(source);
    }
  }

  /** The same without a turn of the event loop in it, for small files. */
  moveNow(source: string, target: string): void {
    const { disk } = this;
    try {
      this.rename(source, target);
    } catch (error) {
      if (codeOf(error) !== "EXDEV") throw error;
      const half = `${target}.tmp`;
      disk.copy(source, half);
      disk.syncNow(half);
      this.rename(half, target);
      disk.syncNow(dirname(target));
      disk.remove(source);
    }
  }

  /** Over a network a rename that is repeated may say ENOENT of one that succeeded: the two names tell. */
  private rename(source: string, target: string): void {
    const { disk } = this;
    try {
      disk.rename(source, target);
    } catch (error) {
      if (codeOf(error) !== "ENOENT" || disk.exists(source) || !disk.exists(target)) throw error;
    }
  }

  /** Gives a file one more name. Throws EEXIST where another file has that; said of a call that is repeated, both names are one file's. */
  link(source: string, target: string): void {
    try {
      this.disk.link(source, target);
    } catch (error) {
      if (codeOf(error) !== "EEXIST" || !this.isOneFile(source, target)) throw error;
    }
  }

  /**
   * Removes one name of a file that has another one too, whose folder is made durable first: the process that made that name may have ended
   * before it was. Resolves to whether both were names of one file. Rejects with what the file system says.
   */
  async dropName(path: string, other: string): Promise<boolean> {
    if (!this.isOneFile(path, other)) return false;
    await this.syncFolder(dirname(other));
    // Once more, and with no turn of the event loop after it: somebody may have put a new file there.
    if (!this.isOneFile(path, other)) return false;
    this.disk.remove(path);
    return true;
  }

  /** Are two names those of one file? False where the file system does not number its files. */
  isOneFile(one: string, other: string): boolean {
    const [here, there] = [this.disk.facts(one), this.disk.facts(other)];
    if (!here || !there || here.inode === 0) return false;
    return here.inode === there.inode && here.size === there.size && here.modified === there.modified;
  }

  /**
   * Copies a file of any size: whole under `<target>.tmp`, then renamed, and durable when this resolves. It has the rights of the folder
   * that it is in. `mayPlace` as with `write`.
   */
  async copy(source: string, target: string, mayPlace?: () => void): Promise<void> {
    const half = `${target}.tmp`;
    await this.oneByOne(target, async () => {
      await this.copyHalf(source, half);
      mayPlace?.();
      this.disk.share(half);
      this.rename(half, target);
      await this.syncFolder(dirname(target));
    });
  }

  private async copyHalf(source: string, half: string): Promise<void> {
    try {
      await this.disk.copyLarge(source, half);
    } catch (error) {
      this.disk.remove(half);
      throw error;
    }
  }

  /**
   * Moves a file to a free name in a folder, gives it the folder's rights, and gives that name. Never over another, whoever made that one in the same
   * moment: the name is made by a link, which fails where there is one, and only then is the source removed. A stop between
   * the two leaves one file with two names. Where the file system has no links it is asked first and renamed then. A file of another
   * volume is copied there first, whole and durable, and placed from there: its source goes last.
   */
  place(source: string, folder: string, wanted: string): Promise<string> {
    return this.placeFrom(source, folder, wanted, false);
  }

  /** `there`: the source lies in the folder itself. */
  private async placeFrom(source: string, folder: string, wanted: string, there: boolean): Promise<string> {
    const { disk } = this;
    for (let number = 1; ; number++) {
      const name = number === 1 ? wanted : numberedName(wanted, number);
      const target = join(folder, name);
      try {
        this.link(source, target);
      } catch (error) {
        const code = codeOf(error);
        if (code === "EEXIST") continue;
        if (code === undefined || !NO_LINKS.has(code)) throw error;
        if (code === "EXDEV" && !there) return this.placeCopy(source, folder, wanted);
        if (disk.exists(target)) continue;
        await this.move(source, target);
        disk.share(target);
        return name;
      }
      disk.share(target);
      this.removeOr(source, target);
      return name;
    }
  }

  /**
   * Removes the source of what has been placed. Where that cannot be done, for a folder that cannot be written say, the target goes again
   * and the error is thrown: the next call would place one more.
   */
  private removeOr(source: string, target: string): void {
    try {
      this.disk.remove(source);
    } catch (error) {
      this.disk.remove(target);
      throw error;
    }
  }

  private placeCopy(source: string, folder: string, wanted: string): Promise<string> {
    const { disk } = this;
    const half = join(folder, halfName(wanted));
    return this.oneByOne(half, async () => {
      await this.copyHalf(source, half);
      crashPoint("place.after-copy");
      const name = await this.placeFrom(half, folder, wanted, true);
      // Without a turn of the event loop before the source goes: whoever finds the new name may bring a file of the old one's name back.
      disk.syncNow(folder);
      crashPoint("place.after-link");
      this.removeOr(source, join(folder, name));
      // The file has its new place, and may leave that at once: a power cut must not bring the first one back. Where that cannot be said, it is there all the same.
      await this.syncFolder(dirname(source)).catch(() => undefined);
      return name;
    });
  }

  /**
   * Writes a file that is new to its folder, whole and durable, under the wanted name, or one with a number where another file
   * has that; gives the name. Never over another: by the time that an interrupted call is made again, somebody else may have
   * found its name free. A file with these very bytes is what that call had written, and is taken for it. `sha256` of the bytes
   * tells what is half written from what others write.
   */
  async writeNew(folder: string, wanted: string, bytes: Buffer, sha256: string): Promise<string> {
    const half = halfOf(folder, wanted, sha256);
    return this.oneByOne(half, async () => {
      let there = await this.written(folder, wanted, bytes);
      if (there === undefined) {
        try {
          await this.disk.write(half, bytes);
          // A node that a deploy has stopped, or the one in its place, may have written it meanwhile.
          there = await this.written(folder, wanted, bytes);
        } catch (error) {
          // A full disk, say: nobody may come to write it again.
          this.disk.remove(half);
          throw error;
        }
      }
      // Whoever wrote it may have been stopped before this.
      if (there !== undefined) this.disk.remove(half);
      const name = there ?? (await this.place(half, folder, wanted));
      await this.syncFolder(folder);
      return name;
    });
  }

  /** The name of a file with these very bytes that has the wanted name, or one with a number. */
  private async written(folder: string, wanted: string, bytes: Buffer): Promise<string | undefined> {
    for (let number = 1; ; number++) {
      const name = number === 1 ? wanted : numberedName(wanted, number);
      const facts = this.disk.facts(join(folder, name));
      if (!facts) return undefined;
      if (facts.size !== bytes.length) continue;
      if ((await bytesOf(this.disk, join(folder, name))).equals(bytes)) return name;
    }
  }

  /** Removes what a stop has left of `writeNew`, for bytes that are not written again. */
  removeHalf(folder: string, wanted: string, sha256: string): void {
    this.disk.remove(halfOf(folder, wanted, sha256));
  }

  /**
   * Writes a file that a stranger reads: whole under `<name>.tmp`, synced, then renamed, so that it is never seen half. The
   * folder's entry is durable when this resolves. Who writes a path that is being written, for a receipt that is delivered
   * again say, waits for the first. `readers`: whom the folder lets in, or only us. `mayPlace` is called before it gets its name, and throws
   * what keeps it from that.
   */
  async write(
    folder: string,
    name: string,
    bytes: Buffer,
    readers: "all" | "us" = "all",
    mayPlace?: () => void,
  ): Promise<void> {
    const path = join(folder, name);
    await this.oneByOne(path, () => this.writeNow(path, bytes, readers, mayPlace));
  }

  /** Makes a folder that is missing, with those above it, and lets into it who is let into the one above. Throws as `makeFolder`. */
  makeFolder(path: string): void {
    if (this.disk.isFolder(path)) return;
    makeFolder(this.disk, path);
    this.disk.share(path);
  }

  /** Work on one path after the other, in the order in which it was asked for. What fails keeps nobody behind it. */
  async oneByOne<T>(path: string, work: () => Promise<T>): Promise<T> {
    const before = this.writes.get(path);
    const write = before ? before.catch(() => undefined).then(work) : work();
    this.writes.set(path, write);
    try {
      return await write;
    } finally {
      if (this.writes.get(path) === write) this.writes.delete(path);
    }
  }

  private async writeNow(path: string, bytes: Buffer, readers: "all" | "us", mayPlace?: () => void): Promise<void> {
    const half = `${path}.tmp`;
    try {
      await this.disk.write(half, bytes);
    } catch (error) {
      this.disk.remove(half);
      throw error;
    }
    mayPlace?.();
    if (readers === "all") this.disk.share(half);
    this.rename(half, path);
    await this.syncFolder(dirname(path));
  }

  /**
   * Makes the entries of a folder durable. All who ask while a sync is under way share the one after it: it begins after
   * what they have renamed, and a row of receipts costs a few syncs instead of one each.
   */
  syncFolder(folder: string): Promise<void> {
    const known = this.folderSyncs.get(folder);
    if (known) {
      known.next ??= known.running.catch(() => undefined).then(() => this.beginSync(folder));
      return known.next;
    }
    return this.beginSync(folder);
  }

  private beginSync(folder: string): Promise<void> {
    const sync: FolderSync = { running: this.disk.syncFolder(folder) };
    this.folderSyncs.set(folder, sync);
    const end = () => {
      if (!sync.next) this.folderSyncs.delete(folder);
    };
    sync.running.then(end, end);
    return sync.running;
  }
}
