import type { Entry, FileFacts } from "../../lib/files/disk.js";

export interface FileNode {
  kind: "file";
  inode: number;
  data: Buffer;
  modified: number;
  /** What is there after the power has failed; undefined when that is anybody's guess. */
  safe: Buffer | undefined;
  /** Names that it has. */
  links: number;
}

export interface FolderNode {
  kind: "folder";
  inode: number;
  modified: number;
}

export type TreeNode = FileNode | FolderNode;

interface NameChange {
  folder: string;
  name: string;
  before: TreeNode | undefined;
}

/** What a file system says: its code, as Node gives it. */
class TreeFault extends Error {
  constructor(
    readonly code: string,
    path: string,
  ) {
    super(`${code}: ${path}`);
  }
}

export const fault = (code: string, path: string) => new TreeFault(code, path);

/** `/a/b` -> `/a` and `b`. */
export function split(path: string): [folder: string, name: string] {
  const at = path.lastIndexOf("/");
  return [at === 0 ? "/" : path.slice(0, at), path.slice(at + 1)];
}

/**
 * The files of a machine. The bytes of a file are safe once it was synced; its names are once a folder was: until then a power cut takes
 * the newest changes of names back, in the order of a journal.
 */
export class Tree {
  readonly folders = new Map<string, Map<string, TreeNode>>([["/", new Map()]]);
  /** The same by whole paths: they are asked for more often than anything else. */
  private readonly paths = new Map<string, TreeNode>([["/", { kind: "folder", inode: 0, modified: 0 }]]);
  /** Changes of names that a power cut may take back, oldest first; those of one call go together. */
  private unsafe: NameChange[][] = [];
  private inodes = 1;

  /** Called with a file that has lost a name, or got one. */
  constructor(private readonly named: (node: FileNode, change: 1 | -1) => void = () => {}) {}

  node(path: string): TreeNode | undefined {
    return this.paths.get(path);
  }

  file(path: string): FileNode {
    const node = this.node(path);
    if (!node) throw fault("ENOENT", path);
    if (node.kind !== "file") throw fault("EISDIR", path);
    return node;
  }

  facts(path: string): FileFacts | undefined {
    const node = this.node(path);
    if (!node) return undefined;
    const size = node.kind === "file" ? node.data.length : 0;
    return { kind: node.kind, size, modified: node.modified, changed: node.modified, inode: node.inode };
  }

  list(folder: string): Entry[] {
    const names = this.folders.get(folder);
    if (!names) throw fault("ENOENT", folder);
    const entries: Entry[] = [];
    for (const [name, { kind }] of names) entries.push({ name, kind });
    return entries;
  }

  makeFolder(path: string): void {
    if (this.folders.has(path)) return;
    const [above, name] = split(path);
    this.makeFolder(above);
    if (this.node(path)) throw fault("EEXIST", path);
    this.set(above, name, { kind: "folder", inode: this.inodes++, modified: 0 });
    this.folders.set(path, new Map());
  }

  /** A new file, or an old one that is emptied. */
  create(path: string, data: Buffer, modified: number): FileNode {
    const known = this.node(path);
    if (known?.kind === "file") {
      this.fill(known, data, modified);
      return known;
    }
    const [folder, name] = split(path);
    if (!this.folders.has(folder)) throw fault("ENOENT", path);
    const node: FileNode = { kind: "file", inode: this.inodes++, data, modified, safe: undefined, links: 0 };
    this.set(folder, name, node);
    return node;
  }

  fill(node: FileNode, data: Buffer, modified: number): void {
    const seen = node.links;
    for (let link = 0; link < seen; link++) this.named(node, -1);
    node.data = data;
    node.modified = modified;
    for (let link = 0; link < seen; link++) this.named(node, 1);
  }

  rename(from: string, to: string): void {
    const node = this.file(from);
    const [folder, name] = split(to);
    if (!this.folders.has(folder)) throw fault("ENOENT", to);
    // POSIX does nothing, and says that it has, where both are names of one file.
    if (this.node(to) === node) return;
    const change = this.set(folder, name, node);
    this.set(...split(from), undefined, change);
  }

  link(from: string, to: string): void {
    const node = this.file(from);
    const [folder, name] = split(to);
    if (!this.folders.has(folder)) throw fault("ENOENT", to);
    if (this.node(to)) throw fault("EEXIST", to);
    this.set(folder, name, node);
  }

  remove(path: string): void {
    const node = this.node(path);
    if (!node) return;
    if (node.kind !== "file") throw fault("EISDIR", path);
    this.set(...split(path), undefined);
  }

  removeFolder(path: string): void {
    if ((this.folders.get(path)?.size ?? 0) > 0) throw fault("ENOTEMPTY", path);
    this.set(...split(path), undefined);
    this.folders.delete(path);
  }

  syncFile(node: FileNode): void {
    node.safe = node.data;
  }

  /** What was done to names up to the last change in this folder stays done. */
  syncFolder(folder: string): void {
    for (let at = this.unsafe.length; at > 0; at--) {
      if (this.unsafe[at - 1]?.some((change) => change.folder === folder)) {
        this.unsafe.splice(0, at);
        return;
      }
    }
  }

  /** Is there a file with these bytes in the folder, whatever happens now? */
  isSafe(folder: string, data: Buffer): boolean {
    const names = this.folders.get(folder);
    if (!names) return false;
    for (const [name, node] of names) {
      if (node.kind !== "file" || !node.safe?.equals(data)) continue;
      if (!this.unsafe.flat().some((change) => change.folder === folder && change.name === name)) return true;
    }
    return false;
  }

  /** Takes back so many of the newest changes of names that are not safe, as a share of them, and what bytes were not synced. */
  cutPower(share: number, torn: (node: FileNode) => Buffer): void {
    const back = Math.round(this.unsafe.length * share);
    for (const { folder, name, before } of this.unsafe
      .splice(this.unsafe.length - back)
      .flat()
      .reverse()) {
      const path = `${folder === "/" ? "" : folder}/${name}`;
      if (!before) this.folders.delete(path);
      else if (before.kind === "folder") this.folders.set(path, new Map());
      this.put(folder, name, before);
    }
    this.unsafe = [];
    for (const names of this.folders.values()) {
      for (const node of names.values()) {
        if (node.kind !== "file" || node.safe === node.data) continue;
        this.fill(node, torn(node), node.modified);
        node.safe = node.data;
      }
    }
  }

  private set(folder: string, name: string, node: TreeNode | undefined, change?: NameChange[]): NameChange[] {
    const all = change ?? [];
    if (!change) this.unsafe.push(all);
    all.push({ folder, name, before: this.folders.get(folder)?.get(name) });
    this.put(folder, name, node);
    return all;
  }

  private put(folder: string, name: string, node: TreeNode | undefined): void {
    const names = this.folders.get(folder);
    if (!names) return;
    const before = names.get(name);
    const path = `${folder === "/" ? "" : folder}/${name}`;
    if (node) {
      names.set(name, node);
      this.paths.set(path, node);
    } else {
      names.delete(name);
      this.paths.delete(path);
    }
    if (node?.kind === "file") {
      node.links++;
      this.named(node, 1);
    }
    if (before?.kind === "file") {
      before.links--;
      this.named(before, -1);
    }
  }
}
