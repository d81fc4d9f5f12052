import { join } from "node:path";
import type { Files } from "../files/files.js";
import { type Folders, MARKER } from "../files/folders.js";
import type { Ids } from "../ids.js";
import type { ClientSettings } from "./settings.js";

/** What a root knows of its boxes that lie elsewhere. */
interface BoxMarks {
  /** The name that stands in each of them. */
  owner: string;
  /** Those that were used: one of them without its mark is away, and not new. */
  paths: readonly string[];
}

/**
 * Marks the boxes that lie elsewhere as this root's, at their first use, and remembers them in the root. From then on one without its
 * mark is waited for. To be called by who has the root. Rejects with what the file system says.
 */
export async function markBoxes(
  { root, boxPaths }: Pick<ClientSettings, "root" | "boxPaths">,
  folders: Folders,
  files: Files,
  ids: Ids,
): Promise<void> {
  if (boxPaths.length === 0) return;
  const folder = join(root, MARKER);
  const known = read(files, join(folder, NAME));
  const marks = known ?? { owner: ids.handle(), paths: [] };
  const paths = [...new Set([...marks.paths, ...boxPaths.map(({ path }) => path)])];
  const areNew = paths.length > marks.paths.length;
  // Before the first box has its name, and durable: who wrote it may have ended before it was.
  if (!known) await write(files, folder, marks);
  else if (areNew) await files.disk.syncFolder(folder);
  folders.claimPlaces(marks.owner, (path) => !marks.paths.includes(path));
  if (areNew) await write(files, folder, { ...marks, paths });
}

/** A root that goes on beside the one that it is a copy of has none of the other's boxes. */
export function forgetBoxes({ root }: Pick<ClientSettings, "root">, { disk }: Files): void {
  disk.remove(join(root, MARKER, NAME));
}

const NAME = "boxes.json";

function read({ disk }: Files, path: string): BoxMarks | undefined {
  if (!disk.exists(path)) return undefined;
  const { owner, paths } = JSON.parse(disk.read(path).toString("utf8")) as Partial<Record<keyof BoxMarks, unknown>>;
  return { owner: String(owner), paths: Array.isArray(paths) ? paths.map(String) : [] };
}

function write(files: Files, folder: string, marks: BoxMarks): Promise<void> {
  return files.write(folder, NAME, Buffer.from(`${JSON.stringify({ version: 1, ...marks }, null, 2)}\n`), "us");
}
