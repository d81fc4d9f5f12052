import { readFileSync, realpathSync } from "node:fs";
import { dirname } from "node:path";

/** File systems of other machines, as Linux calls them in its table of mounts. */
const NETWORK = new Set([
  ...["nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "glusterfs", "lustre", "beegfs", "davfs"],
  ...["fuse.sshfs", "fuse.rclone", "fuse.s3fs", "fuse.glusterfs", "fuse.ceph-fuse", "fuse.curlftpfs", "fuse.smbnetfs"],
]);

/**
 * The kind of network file system that a path lies on, `nfs4` say, or `smb` on Windows; empty for a local disk, and where it cannot be
 * known. What does not exist yet lies where the folder does that it would be made in. Never throws.
 */
export function networkOf(path: string): string {
  try {
    if (process.platform === "win32") return windowsShare(path) || windowsShare(existing(path));
    if (process.platform !== "linux") return "";
    return networkIn(readFileSync("/proc/self/mountinfo", "utf8"), existing(path));
  } catch {
    return "";
  }
}

/** The same by a table of mounts (proc(5), mountinfo); the path is a real one. */
export function networkIn(mountinfo: string, path: string): string {
  const kind = kindIn(mountinfo, path);
  return NETWORK.has(kind) ? kind : "";
}

/** The kind of the file system that a real path lies on, by a table of mounts; empty where it is not in it. */
export function kindIn(mountinfo: string, path: string): string {
  let longest = "";
  let kind = "";
  for (const line of mountinfo.split("\n")) {
    const [place, system] = line.split(" - ");
    const mounted = unescaped(place?.split(" ")[4] ?? "");
    const holds = path === mounted || path.startsWith(mounted.endsWith("/") ? mounted : `${mounted}/`);
    // Of two on one place the later one lies on top.
    if (mounted === "" || !holds || mounted.length < longest.length) continue;
    longest = mounted;
    kind = system?.split(" ")[0] ?? "";
  }
  return kind;
}

/** `smb` for `\\server\share\…`, also as Windows itself writes it (`\\?\UNC\…`); a mapped drive is one once its real path is taken. */
export function windowsShare(path: string): string {
  return /^\\\\(?:\?\\UNC\\|[^?.\\])/i.test(path.replaceAll("/", "\\")) ? "smb" : "";
}

/** Blank, tab, line feed and backslash stand as octal numbers. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** The real path of what there is of a path. */
function existing(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : existing(parent);
  }
}
