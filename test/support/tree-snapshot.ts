import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** Everything below a folder: names, inodes, sizes, modes, times of change of content and of name, and what is in the files. */
export function snapshot(root: string): string[] {
  const lines: string[] = [];
  const walk = (folder: string) => {
    lines.push(line(root, folder));
    for (const name of readdirSync(folder).sort()) {
      const path = join(folder, name);
      if (lstatSync(path).isDirectory()) walk(path);
      else lines.push(`${line(root, path)} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`);
    }
  };
  walk(root);
  return lines;
}

function line(root: string, path: string): string {
  const { ino, size, mode, nlink, uid, gid, mtimeNs, ctimeNs } = lstatSync(path, { bigint: true });
  return [relative(root, path), ino, size, mode, nlink, uid, gid, mtimeNs, ctimeNs].join(" ");
}
