import { join } from "node:path";
import { codeOf } from "../errors.js";
import type { Disk } from "../files/disk.js";
import type { BusinessFolder } from "../files/folders.js";
import { dayOf, isDay, type NameForm, numberedName, stampedName } from "../files/names.js";
import type { DocumentRow } from "../ledger/index.js";
import { hashOf } from "./content.js";
import type { BoxContext, NamesSettings } from "./context.js";

/** What a file is hashed through. */
export type HashWorld = Pick<BoxContext, "files" | "clock">;

/** A file of a box. */
export interface BoxFile {
  name: string;
  /** Its name in the box, with the sub-folder of its day where there is one. */
  boxName: string;
  path: string;
}

/** The files of a box, also those in sub-folders by day (field 4), ours or another program's. */
export function* filesIn(disk: Disk, box: string): Generator<BoxFile> {
  for (const { name, kind } of disk.list(box)) {
    if (kind === "file") yield { name, boxName: name, path: join(box, name) };
    if (kind !== "folder" || !isDay(name)) continue;
    for (const inner of disk.list(join(box, name))) {
      if (inner.kind !== "file") continue;
      yield { name: inner.name, boxName: `${name}/${inner.name}`, path: join(box, name, inner.name) };
    }
  }
}

/** Where the file of a document that has ended belongs. */
export interface ArchivePlace {
  /** The sub-folder of its day; empty = the box itself. */
  day: string;
  name: string;
}

/** `settings` decide; what follows from the row is the same at each call. */
export function archivePlace(row: DocumentRow, { datedFolders, receiptNames }: NamesSettings): ArchivePlace {
  const at = row.state === "failed" ? row.failedAt : row.sentAt;
  return { day: datedFolders ? dayOf(at) : "", name: stampedName(row.fileName, at, receiptNames) };
}

/**
 * Where an interrupted call has placed the file of a row: by these settings, or by others that were in force then. Its name in the box;
 * undefined when it has not.
 */
export async function placedInArchive(
  world: HashWorld,
  box: string,
  row: DocumentRow,
  settings: NamesSettings,
): Promise<string | undefined> {
  const { datedFolders, receiptNames } = settings;
  const other: NameForm = receiptNames === "own" ? "official" : "own";
  for (const dated of [datedFolders, !datedFolders]) {
    for (const form of [receiptNames, other]) {
      const { day, name } = archivePlace(row, { ...settings, datedFolders: dated, receiptNames: form });
      const found = await placedBefore(world, join(box, day), name, row.sha256);
      if (found !== undefined) return nameInBox(day, found);
    }
  }
  return undefined;
}

/** A file's name in its box. */
export function nameInBox(day: string, name: string): string {
  return day === "" ? name : `${day}/${name}`;
}

/** The name under which an interrupted call has placed the file already. */
export async function placedBefore(
  world: HashWorld,
  folder: string,
  wanted: string,
  sha256: string,
): Promise<string | undefined> {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : numberedName(wanted, number);
    const path = join(folder, name);
    if (!world.files.disk.exists(path)) return undefined;
    if (await isFile(world, path, sha256)) return name;
  }
}

/** Is there a file with these bytes? */
export async function isFile({ files: { disk }, clock }: HashWorld, path: string, sha256: string): Promise<boolean> {
  try {
    return (await hashOf(disk, path, clock)) === sha256;
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return false;
    throw error;
  }
}

/** Path of the sub-folder of a day in which the file of a row lies; undefined where it lies in the box itself. */
export function dayFolderOf(folder: BusinessFolder, { box, boxName }: DocumentRow): string | undefined {
  const [day = "", name] = boxName.split("/");
  return name !== undefined && isDay(day) && box !== "none" ? join(folder.box(box), day) : undefined;
}
