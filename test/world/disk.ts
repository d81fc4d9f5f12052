import type { Disk, Entry, FileFacts, HeldFile, OpenFile } from "../../lib/files/disk.js";
import { Fault } from "./decisions.js";
import type { Doer } from "./ports.js";
import { type FileNode, fault, split, type Tree } from "./tree.js";

const FULL = new Fault("the disk is full", 0.01);
const BUSY = new Fault("a scanner holds the file", 0.01);
const LIES = new Fault("a rename that was done says ENOENT", 0.02);
const STALE = new Fault("an old list of names", 0.05);
const DEAF = new Fault("a change is not told", 0.3);
const TORN = new Fault("half a write is seen", 0.1);

/** A document's id at the beginning of a file's name, in TempBox and where its bytes are kept. */
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

/** Milliseconds for which an old list of names may be given. */
const OLD = 10_000;

/** The disk as one process sees it: what it does may fail, come late, or be its last act. */
export class SimDisk implements Disk {
  private readonly lists = new Map<string, { at: number; entries: Entry[] }>();

  /** What a rename led to that was said to have failed. */
  private lied: string | undefined;

  constructor(private readonly doer: Doer) {}

  facts(path: string): FileFacts | undefined {
    return this.look(() => this.tree.facts(path));
  }

  exists(path: string): boolean {
    if (this.doer.world.without === "the target tells" && path === this.lied) return false;
    return this.look(() => this.mayRead && this.tree.node(path) !== undefined);
  }

  isFolder(path: string): boolean {
    return this.look(() => this.mayRead && this.tree.node(path)?.kind === "folder");
  }

  read(path: string): Buffer {
    this.mayBeBusy(path);
    // Who reads may change what it gets: the disk keeps its own.
    return this.look(() => this.tree.file(path).data);
  }

  readLarge(path: string): Promise<Buffer> {
    return this.doer.later("read", () => this.tree.file(path).data);
  }

  open(path: string): OpenFile {
    this.mayBeBusy(path);
    const node = this.look(() => this.tree.file(path));
    return { read: (position, length) => node.data.subarray(position, position + length), close: () => {} };
  }

  hold(path: string, bytes: Buffer): HeldFile {
    return this.change(`make ${path}`, path, () => {
      if (this.tree.node(path)) throw fault("EEXIST", path);
      return this.held(this.tree.create(path, bytes, this.time));
    });
  }

  holdAgain(path: string): HeldFile {
    return this.change(`open ${path}`, path, () => {
      const known = this.tree.node(path);
      return this.held(known?.kind === "file" ? known : this.tree.create(path, Buffer.alloc(0), this.time));
    });
  }

  append(path: string, bytes: Buffer): Promise<void> {
    return this.doer.later(`append to ${path}`, () => {
      this.mayBeFull(path);
      // Nobody in the world reads a log.
      const known = this.tree.node(path);
      if (known?.kind !== "file") this.tree.create(path, bytes, this.time);
    });
  }

  async *lines(): AsyncIterable<string> {}

  list(folder: string): Entry[] {
    return this.look(() => {
      const { world, life } = this.doer;
      const known = this.lists.get(folder);
      if (
        known &&
        // What two processes work on in turn is on a server, and shown late; one alone knows what it has just put there.
        (world.shared || !folder.endsWith(".gather")) &&
        life.machine.bare === undefined &&
        world.scheduler.now - known.at < OLD &&
        world.decisions.happens(STALE, life.number)
      ) {
        world.tell(life.name, `gets an old list of ${folder}`);
        return known.entries;
      }
      const entries = this.tree.list(folder);
      if (life.machine.bare !== undefined) return entries;
      this.lists.set(folder, { at: world.scheduler.now, entries });
      return entries;
    });
  }

  async *walk(folder: string): AsyncIterable<Entry> {
    yield* this.list(folder);
  }

  makeFolder(path: string): void {
    if (this.look(() => this.tree.folders.has(path))) return;
    this.change(`make ${path}`, path, () => this.tree.makeFolder(path));
  }

  rename(from: string, to: string): void {
    this.mayBeBusy(from);
    this.change(`rename ${from} to ${to}`, "", () => {
      this.acts(`renames ${from} to ${to}`, from, to);
      this.tree.rename(from, to);
    });
    this.told(from, to);
    const { world, life } = this.doer;
    if (world.decisions.happens(LIES, life.number)) {
      world.tell(life.name, `is told ENOENT for the rename to ${to}`);
      this.lied = to;
      throw fault("ENOENT", from);
    }
  }

  link(from: string, to: string): void {
    this.mayBeBusy(from);
    this.change(`link ${from} as ${to}`, "", () => {
      this.acts(`links ${from} as ${to}`, from, to);
      this.tree.link(from, to);
    });
    this.told(to);
  }

  copy(from: string, to: string): void {
    this.change(`copy ${from} to ${to}`, to, () => this.tree.create(to, this.tree.file(from).data, this.time));
  }

  async copyLarge(from: string, to: string): Promise<void> {
    const { world, life } = this.doer;
    if (world.decisions.happens(TORN, life.number)) {
      await this.doer.later(`copy half of ${from} to ${to}`, () => {
        const { data } = this.tree.file(from);
        this.tree.create(to, data.subarray(0, data.length >> 1), this.time);
      });
    }
    await this.doer.later(`copy ${from} to ${to}`, () => {
      this.mayBeFull(to);
      this.tree.syncFile(this.tree.create(to, Buffer.from(this.tree.file(from).data), this.time));
    });
  }

  async write(path: string, bytes: Buffer): Promise<void> {
    const { world, life } = this.doer;
    if (world.decisions.happens(TORN, life.number)) {
      await this.doer.later(`write half of ${path}`, () => {
        this.tree.create(path, bytes.subarray(0, bytes.length >> 1), this.time);
      });
    }
    await this.doer.later(`write ${path}`, () => {
      this.mayBeFull(path);
      this.tree.syncFile(this.tree.create(path, Buffer.from(bytes), this.time));
    });
    this.told(path);
  }

  share(): void {}

  syncFolder(folder: string): Promise<void> {
    return this.doer.later(`sync ${folder}`, () => {
      if (!this.tree.folders.has(folder)) throw fault("ENOENT", folder);
      this.tree.syncFolder(folder);
    });
  }

  syncNow(path: string): void {
    this.change(`sync ${path}`, "", () => {
      const node = this.tree.node(path);
      if (!node) throw fault("ENOENT", path);
      if (node.kind === "file") this.tree.syncFile(node);
      else this.tree.syncFolder(path);
    });
  }

  remove(path: string): void {
    if (!this.look(() => this.tree.node(path))) return;
    this.change(`remove ${path}`, "", () => {
      this.acts(`removes ${path}`, path);
      this.tree.remove(path);
    });
  }

  /** As others remove one: file by file, and it may end in between. */
  removeFolder(path: string): void {
    if (!path.endsWith(".gather")) this.doer.world.fail(`a folder is removed: ${path}`);
    if (!this.look(() => this.tree.folders.has(path))) return;
    for (const { name } of this.look(() => this.tree.list(path))) this.remove(`${path}/${name}`);
    this.change(`remove ${path}`, "", () => this.tree.removeFolder(path));
  }

  watch(folder: string, changed: () => void): (() => void) | undefined {
    const { world, life } = this.doer;
    if (!this.look(() => this.tree.folders.has(folder))) return undefined;
    return world.watch(folder, () => {
      if (life.machine.bare === undefined && !world.decisions.happens(DEAF, life.number)) {
        world.scheduler.at(world.scheduler.now + this.doer.latency(), changed, life);
      }
    });
  }

  network(): string {
    return "";
  }

  lasting(): string {
    return "";
  }

  realPath(path: string): string {
    return path;
  }

  private get tree(): Tree {
    const { world, life } = this.doer;
    const { bare } = life.machine;
    if (bare === null) throw fault("EIO", world.root);
    return bare ?? world.tree;
  }

  /** The disk with the root, for a file on it that is open. */
  private get there(): Tree {
    const { world, life } = this.doer;
    if (life.machine.bare !== undefined) throw fault("EIO", world.root);
    return world.tree;
  }

  private get mayRead(): boolean {
    return this.doer.life.machine.bare !== null;
  }

  private get time(): number {
    return Math.floor(this.doer.world.scheduler.now);
  }

  private look<T>(work: () => T): T {
    this.doer.world.outsidersMayAct();
    return this.doer.now("", false, work);
  }

  private change<T>(what: string, path: string, work: () => T): T {
    this.doer.world.outsidersMayAct();
    return this.doer.now(what, true, () => {
      if (path !== "") this.mayBeFull(path);
      return work();
    });
  }

  private acts(what: string, ...paths: string[]): void {
    const { world, life } = this.doer;
    if (world.shared) for (const path of paths) world.checks.acts(life, ID.exec(split(path)[1])?.[0], what);
  }

  private told(...paths: string[]): void {
    for (const path of paths) this.doer.world.changed(split(path)[0]);
  }

  private mayBeFull(path: string): void {
    const { world, life } = this.doer;
    if (!world.diskIsFull && !world.decisions.happens(FULL, life.number)) return;
    world.tell(life.name, `no space for ${path}`);
    throw fault("ENOSPC", path);
  }

  private mayBeBusy(path: string): void {
    const { world, life } = this.doer;
    if (life.dead || !world.decisions.happens(BUSY, life.number)) return;
    world.tell(life.name, `${path} is busy`);
    throw fault("EBUSY", path);
  }

  private held(node: FileNode): HeldFile {
    return {
      writeNow: (bytes) => this.change("write in its place", "", () => this.there.fill(node, bytes, this.time)),
      write: (bytes) => this.doer.later("write in its place", () => this.there.fill(node, bytes, this.time)),
      sync: () => this.doer.later("sync", () => this.there.syncFile(node)),
      close: () => {},
    };
  }
}
