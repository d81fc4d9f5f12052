import { dirname } from "node:path";
import { codeOf, ImportClientError } from "../errors.js";
import type { Disk } from "./disk.js";

/** What systems say when a file stands where a folder should be, or above it. */
const IN_THE_WAY = new Set(["EEXIST", "ENOTDIR"]);

/** What they say when no folder may or can be made there, `/proc` for one. */
const NOT_ALLOWED = new Set(["ENOENT", "EACCES", "EPERM", "EROFS"]);

/** Makes a folder that is missing, with those above it. Throws SW-FOLDER when something else stands in its place, or none can be made there. */
export function makeFolder(disk: Disk, path: string): void {
  if (disk.isFolder(path)) return;
  assertNoFile(disk, path);
  try {
    disk.makeFolder(path);
  } catch (error) {
    const code = codeOf(error) ?? "";
    if (IN_THE_WAY.has(code)) throw notAFolder(inTheWay(disk, path), error);
    if (NOT_ALLOWED.has(code)) throw notMade(path, code, error);
    throw error;
  }
}

/** Throws SW-FOLDER when something stands under this name that is no folder. */
export function assertNoFile(disk: Disk, path: string): void {
  const found = disk.facts(path);
  if (found && found.kind !== "folder" && !disk.isFolder(path)) throw notAFolder(path);
}

/** Of a path that cannot be made, what is no folder: itself, or one above it. */
function inTheWay(disk: Disk, path: string): string {
  for (let at = path; at !== dirname(at); at = dirname(at)) if (disk.exists(at) && !disk.isFolder(at)) return at;
  return path;
}

function notMade(path: string, code: string, cause: unknown): ImportClientError {
  return new ImportClientError(
    "SW-FOLDER",
    { zh: `不能建立文件夹 ${path}（${code}）`, en: `the folder ${path} cannot be made (${code})` },
    {
      advice: {
        zh: "请核对路径，以及运行 Node-RED 的账户对上级文件夹的权限。",
        en: "Check the path, and that the account that Node-RED runs as may write to the folder above it.",
      },
      details: { path, inner: code },
      cause,
    },
  );
}

function notAFolder(path: string, cause?: unknown): ImportClientError {
  return new ImportClientError(
    "SW-FOLDER",
    { zh: `${path} 不是文件夹`, en: `${path} is not a folder` },
    {
      advice: {
        zh: "该位置应为文件夹，现在却是一个文件：请移走或改名该文件。文件夹恢复后自动继续，单据不会失败。",
        en: "A file stands where a folder belongs: move it away or rename it. Work goes on by itself when the folder is back, no document fails.",
      },
      details: { path, reason: "not-a-folder" },
      cause,
    },
  );
}
