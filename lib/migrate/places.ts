import { win32 } from "node:path";
import { BOX_NAMES, type BoxName } from "../files/folders.js";
import { isWindowsPath } from "../files/names.js";
import type { OfficialFolder } from "./official-settings.js";

/** Where the folders of the official client lie, as ours says it. */
export interface Places {
  /** The folder above `<code>/<Box>` for as many folders as possible; empty where no box lies so. */
  root: string;
  /** Boxes that lie elsewhere, by folder. */
  elsewhere: readonly { folder: string; boxes: Partial<Record<BoxName, string>> }[];
  /** Folders whose box is not named in the file. */
  missing: readonly { folder: string; boxes: readonly BoxName[] }[];
}

/** The root of a box that lies at `<root>\<code>\<Box>`, compared without case; undefined for any other place. */
function rootOf(path: string, code: string, box: BoxName): string | undefined {
  const windows = isWindowsPath(path);
  const plain = windows ? win32.normalize(path).replace(/\\$/, "") : path.endsWith("/") ? path.slice(0, -1) : path;
  const parts = plain.split(windows ? "\\" : "/");
  if (parts.length < 3) return undefined;
  const [folder = "", name = ""] = parts.slice(-2);
  if (folder.toLowerCase() !== code.toLowerCase() || name.toLowerCase() !== box.toLowerCase()) return undefined;
  const root = parts.slice(0, -2).join(windows ? "\\" : "/");
  return /^[A-Za-z]:$/.test(root) ? `${root}\\` : root;
}

/** Another place of a path, where a share or a disk of Windows is seen on this machine: `C:\ImpPath` -> `/mnt/imp`. */
export interface PathMapping {
  from: string;
  to: string;
}

/** A path of Windows as this machine sees it; itself where no mapping holds. The longest one wins. */
export function mapped(path: string, mappings: readonly PathMapping[]): string {
  const plain = (text: string) => text.replaceAll("/", "\\").toLowerCase();
  const fits = mappings
    .map(({ from, to }) => ({ from: from.endsWith("\\") || from.endsWith("/") ? from.slice(0, -1) : from, to }))
    .filter(({ from }) => plain(path) === plain(from) || plain(path).startsWith(`${plain(from)}\\`))
    .sort((one, other) => other.from.length - one.from.length);
  const best = fits[0];
  if (!best) return path;
  const rest = path.slice(best.from.length).split(/[\\/]/).filter(Boolean);
  return [best.to.endsWith("/") ? best.to.slice(0, -1) : best.to, ...rest].join("/");
}

/** Root and exceptions of the folders: the root that most boxes have in common. */
export function placesOf(folders: readonly OfficialFolder[]): Places {
  const counted = new Map<string, { root: string; count: number }>();
  for (const { code, boxes } of folders) {
    for (const box of BOX_NAMES) {
      const root = rootOf(boxes[box] ?? "", code, box);
      if (root === undefined) continue;
      const known = counted.get(root.toLowerCase()) ?? { root, count: 0 };
      known.count++;
      counted.set(root.toLowerCase(), known);
    }
  }
  const root = [...counted.values()].sort((one, other) => other.count - one.count)[0]?.root ?? "";
  const elsewhere: { folder: string; boxes: Partial<Record<BoxName, string>> }[] = [];
  const missing: { folder: string; boxes: BoxName[] }[] = [];
  for (const { code, boxes } of folders) {
    const others: Partial<Record<BoxName, string>> = {};
    for (const box of BOX_NAMES) {
      const path = boxes[box];
      if (path !== undefined && rootOf(path, code, box)?.toLowerCase() !== root.toLowerCase()) others[box] = path;
    }
    if (Object.keys(others).length > 0) elsewhere.push({ folder: code, boxes: others });
    const without = BOX_NAMES.filter((box) => boxes[box] === undefined);
    if (without.length > 0) missing.push({ folder: code, boxes: without });
  }
  return { root, elsewhere, missing };
}
