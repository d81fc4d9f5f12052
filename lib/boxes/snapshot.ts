import type { FileFacts } from "../files/disk.js";

/** What is known of a file at one moment, to see whether it has been still since. */
export type FileSnapshot = Pick<FileFacts, "size" | "modified" | "changed" | "inode"> & {
  /** SHA-256 of its bytes, where they have been gone through to prove that it is finished. */
  sha256?: string;
};

/** So many milliseconds after it was written last a file may still not be finished, whatever its two ends say. */
const YOUNG = 8_000;

/** Was it written a moment ago, at this time? Where the clock of its file system is another one, that is not known. */
export function isYoung(snapshot: FileSnapshot | undefined, now: number): boolean {
  const age = snapshot === undefined ? YOUNG : now - snapshot.modified;
  return age >= 0 && age < YOUNG;
}

/** Does it look the same at both moments? */
export function sameSnapshot(one: FileSnapshot, other: FileSnapshot): boolean {
  return one.size === other.size && one.modified === other.modified && one.inode === other.inode;
}
