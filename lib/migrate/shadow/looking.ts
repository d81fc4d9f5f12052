import type { Disk } from "../../files/disk.js";

/** What the shadow asks of the disk under a root. */
const LOOKS = [
  "facts",
  "exists",
  "isFolder",
  "read",
  "readLarge",
  "open",
  "lines",
  "list",
  "walk",
  "watch",
  "realPath",
] as const;

/**
 * A disk that only looks: whatever would write, rename, link or remove throws. The shadow has no other one for the folders that it
 * watches, so that no mistake of ours can touch what the official client works on.
 */
export function lookingDisk(disk: Disk): Disk {
  const allowed = new Set<string>(LOOKS);
  return new Proxy(disk, {
    get(target, name, receiver) {
      if (typeof name !== "string" || allowed.has(name)) return Reflect.get(target, name, receiver);
      return () => {
        throw Object.assign(new Error(`the shadow only looks: ${name}`), { code: "EROFS" });
      };
    },
  });
}
