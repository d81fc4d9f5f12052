import type { FileFacts } from "../files/disk.js";

/** What is known of a file at one moment, to see whether it has been still since. */
export type FileSnapshot = Pick<FileFacts, "size" | "modified" | "changed" | "inode"> & {
  /** SHA-256 of its bytes, where they have been gone through to prove that it is finished. */
  sha256?: string;
};

/** Does it look the same at both moments? */
export function sameSnapshot(one: FileSnapshot, other: FileSnapshot): boolean {
  return one.size === other.size && one.modified === other.modified && one.inode === other.inode;
}
