import { readFileSync, realpathSync, statSync } from "node:fs";
import { kindIn } from "./network.js";

/** File systems, as Linux calls them, on which a folder keeps its number over mounts and starts, wherever it is moved on them. */
const LASTING = new Set(["ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "bcachefs"]);

/**
 * The number by which a folder is known on its file system for as long as it is there; a copy has another one. Empty where numbers are made
 * anew with each mount (shares, what containers lay over one another, FAT), and where that cannot be known. Never throws.
 */
export function lastingNumber(path: string): string {
  try {
    if (process.platform !== "linux") return "";
    const kind = kindIn(readFileSync("/proc/self/mountinfo", "utf8"), realpathSync.native(path));
    return LASTING.has(kind) ? String(statSync(path, { bigint: true }).ino) : "";
  } catch {
    return "";
  }
}
