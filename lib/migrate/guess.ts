import { join } from "node:path";
import { isZip, readZip } from "../archive/index.js";
import type { Disk, Entry } from "../files/disk.js";
import { isDay } from "../files/names.js";

/** Files that are looked into, and bytes of one. */
const MOST_FILES = 40;
const LARGEST = 4 * 1024 * 1024;

/** The client ID in documents (domain 1.3, faq 17): it stands behind `DXPESW` in sender ids. */
const SENDER = /DXPESW([0-9A-Za-z]{1,10})/;

/**
 * The client ID that documents in these SentBoxes were sent with: the one that most of those looked at have. A guess, for a company may
 * send for others. Undefined when none has any. Only reads; a folder that is not there is passed over.
 */
export async function guessClientId(disk: Disk, sentBoxes: readonly string[]): Promise<string | undefined> {
  const counts = new Map<string, number>();
  for (const box of sentBoxes) {
    for (const path of newest(disk, box)) {
      const id = await clientIdIn(disk, path).catch(() => undefined);
      if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0];
}

/** Paths of files in a box and in the newest of its folders by day. */
function newest(disk: Disk, box: string): string[] {
  const list = (folder: string): Entry[] => {
    try {
      return disk.list(folder);
    } catch {
      return [];
    }
  };
  const names = list(box);
  const days = names.filter(({ kind, name }) => kind === "folder" && isDay(name));
  const folders = [
    box,
    ...days
      .map(({ name }) => join(box, name))
      .sort()
      .reverse()
      .slice(0, 3),
  ];
  return folders
    .flatMap((folder) => list(folder).flatMap(({ name, kind }) => (kind === "file" ? [join(folder, name)] : [])))
    .slice(0, MOST_FILES);
}

async function clientIdIn(disk: Disk, path: string): Promise<string | undefined> {
  if ((disk.facts(path)?.size ?? 0) > LARGEST) return undefined;
  const bytes = await disk.readLarge(path);
  const parts = isZip(bytes) ? (await readZip(bytes, { flatten: true })).map((entry) => entry.bytes) : [bytes];
  for (const part of parts) {
    const found = SENDER.exec(part.toString("latin1"))?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}
